import { eq } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { upstreamServers } from '#db/schema/templates.ts'
import { BerthError } from '#server/errors.ts'

/**
 * The registry that a template comes from, and whose word about it counts from then on.
 *
 * @param registryName of the template; null: it is no registry's server, whatever it was read from
 * @throws NOT_FOUND; INVALID_INPUT when it is the entry of another server
 */
export async function registryOfEntry(
  tx: Tx,
  upstreamServerId: string,
  registryName: string | null,
): Promise<string | null> {
  const field = 'upstreamServerId'
  const { name, registryId } = upstreamServers
  const [entry] = await tx
    .select({ name, registryId })
    .from(upstreamServers)
    .where(eq(upstreamServers.id, upstreamServerId))
  if (!entry)
    throw new BerthError('NOT_FOUND', 'There is no such server in the copy of a registry.', {
      field,
      action: 'Read it from its registry again.',
    })
  if (registryName === null) return null
  if (entry.name !== registryName)
    throw new BerthError('INVALID_INPUT', `The registry calls this server ${entry.name}, not ${registryName}.`, {
      field,
      action: 'Read it from its registry again.',
    })
  return entry.registryId
}
