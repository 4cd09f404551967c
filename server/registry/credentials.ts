/** Stored credentials of private registries, opened only to sign in with them (I6, R12). */
import { eq } from 'drizzle-orm'
import { registryCredentials } from '#db/schema/templates.ts'
import type { Base } from '#server/context.ts'
import type { CredentialsFor } from './port.ts'

/** What the password of a row is sealed for. */
export const credentialPurpose = (id: string): string => `registry-credential:${id}`

export const createCredentials =
  ({ db, vault }: Pick<Base, 'db' | 'vault'>): CredentialsFor =>
  async (registry) => {
    const [row] = await db
      .select()
      .from(registryCredentials)
      .where(eq(registryCredentials.registry, registry.toLowerCase()))
    return row ? { username: row.username, password: vault.open(row.password, credentialPurpose(row.id)) } : null
  }
