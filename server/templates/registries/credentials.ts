/**
 * Credentials of private image registries. A password is proven by signing in before it is stored, sealed for its own
 * row, opened only where an image is asked for, and never shown again (I6).
 */
import { asc, eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { registryCredentials } from '#db/schema/templates.ts'
import type { RegistryCredentialView } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError, toBerthError } from '#server/errors.ts'
import { credentialPurpose, parseRegistry } from '#server/registry/index.ts'
import type { RegistryClient } from '#server/registry/port.ts'
import { recordedTx } from '#server/tx.ts'
import { requireAdmin } from '../admin.ts'

export type RegistriesCtx = UserCtx & { services: { images: Pick<RegistryClient, 'signIn'> } }

/** An admin waits no longer than this for a registry that hangs. */
const SIGN_IN_TIMEOUT_MS = 15_000

const { id, registry, username, createdAt, updatedAt, checkedAt, checkError } = registryCredentials
const shown = { id, registry, username, createdAt, updatedAt, checkedAt, checkError }

export async function listCredentials(ctx: UserCtx): Promise<RegistryCredentialView[]> {
  requireAdmin(ctx)
  return ctx.db.select(shown).from(registryCredentials).orderBy(asc(registry))
}

/** For a registry that lets everybody in, where wrong credentials look as right ones do. */
const unproven = (host: string) => `${host} asks for no sign-in, so nothing was proven.`

/** New, or in place of what the registry had. @throws REGISTRY_DENIED, REGISTRY_REFUSED, REGISTRY_UNAVAILABLE */
export async function setCredential(
  ctx: RegistriesCtx,
  input: { registry: string; username: string; password: string },
): Promise<RegistryCredentialView> {
  requireAdmin(ctx)
  const host = parseRegistry(input.registry)
  const { username: name, password } = input
  const signal = AbortSignal.timeout(SIGN_IN_TIMEOUT_MS)
  const { proven } = await ctx.services.images.signIn(host, { username: name, password }, { signal })
  return recordedTx(ctx, null, async (tx, record) => {
    const [known] = await tx.select({ id }).from(registryCredentials).where(eq(registry, host)).for('update')
    const rowId = known?.id ?? v7()
    const values = {
      ...{ username: name, password: ctx.vault.seal(password, credentialPurpose(rowId)) },
      ...{ updatedAt: new Date(), checkedAt: new Date(), checkError: proven ? null : unproven(host) },
    }
    const [row] = known
      ? await tx.update(registryCredentials).set(values).where(eq(id, rowId)).returning(shown)
      : await tx
          .insert(registryCredentials)
          .values({ id: rowId, registry: host, createdBy: ctx.actor.userId, ...values })
          .onConflictDoNothing()
          .returning(shown)
    // Two admins at the same instant: the second one reads what the first stored and decides again.
    if (!row) throw new BerthError('CONFLICT', `Credentials for ${host} were stored by somebody else just now.`)
    await record.audit('registry.set', `registry:${host}`, { username: name })
    return row
  })
}

/** @throws NOT_FOUND */
export async function removeCredential(ctx: UserCtx, input: { credentialId: string }): Promise<void> {
  requireAdmin(ctx)
  await recordedTx(ctx, null, async (tx, record) => {
    const [row] = await tx
      .delete(registryCredentials)
      .where(eq(id, input.credentialId))
      .returning({ host: registry, name: username })
    if (!row) throw missing()
    await record.audit('registry.remove', `registry:${row.host}`, { username: row.name })
  })
}

/** Signs in again and notes the answer. @throws NOT_FOUND; a refusal is in the view */
export async function checkCredential(
  ctx: RegistriesCtx,
  input: { credentialId: string },
): Promise<RegistryCredentialView> {
  requireAdmin(ctx)
  const [stored] = await ctx.db.select().from(registryCredentials).where(eq(id, input.credentialId))
  if (!stored) throw missing()
  const answer = await signInError(ctx, stored)
  return recordedTx(ctx, null, async (tx, record) => {
    const [row] = await tx
      .update(registryCredentials)
      .set({ checkedAt: new Date(), checkError: answer })
      .where(eq(id, stored.id))
      .returning(shown)
    if (!row) throw missing()
    await record.audit('registry.check', `registry:${row.registry}`, { ok: answer === null })
    return row
  })
}

/** @returns null when the registry accepts it */
async function signInError(
  ctx: RegistriesCtx,
  stored: typeof registryCredentials.$inferSelect,
): Promise<string | null> {
  const password = ctx.vault.open(stored.password, credentialPurpose(stored.id))
  const signal = AbortSignal.timeout(SIGN_IN_TIMEOUT_MS)
  try {
    const credentials = { username: stored.username, password }
    const { proven } = await ctx.services.images.signIn(stored.registry, credentials, { signal })
    return proven ? null : unproven(stored.registry)
  } catch (error) {
    const known = toBerthError(error)
    if (known.code === 'INTERNAL') throw error
    return known.message
  }
}

const missing = () => new BerthError('NOT_FOUND', 'There are no such credentials.')
