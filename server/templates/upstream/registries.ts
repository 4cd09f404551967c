/** Which MCP Registries are followed. */
import { asc, eq, sql } from 'drizzle-orm'
import { upstreamRegistries } from '#db/schema/templates.ts'
import type { UpstreamRegistryView } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { recordedTx } from '#server/tx.ts'
import { requireAdmin } from '../admin.ts'
import { applyStanding } from './standing.ts'

/** Each is asked every few hours. */
const REGISTRIES_MAX = 50

const { id, name, url, syncedAt, syncError } = upstreamRegistries
const fields = {
  ...{ id, name, url, syncedAt, syncError },
  servers: sql<number>`(
    select count(distinct s.name)::int from upstream_servers s
    where s.registry_id = ${sql.raw('"upstream_registries"."id"')} and s.status <> 'deleted')`,
}

export function listUpstreamRegistries(ctx: UserCtx): Promise<UpstreamRegistryView[]> {
  requireAdmin(ctx)
  return ctx.db.select(fields).from(upstreamRegistries).orderBy(asc(name), asc(url))
}

/** Nothing is asked yet: the first sync says whether it answers. @throws INVALID_INPUT, CONFLICT */
export async function addUpstreamRegistry(
  ctx: UserCtx,
  input: { name: string; url: string },
): Promise<UpstreamRegistryView> {
  requireAdmin(ctx)
  const base = baseUrl(input.url)
  return recordedTx(ctx, null, async (tx, record) => {
    if ((await tx.$count(upstreamRegistries)) >= REGISTRIES_MAX)
      throw new BerthError('CONFLICT', `Berth follows at most ${REGISTRIES_MAX} registries.`, {
        action: 'Remove one first.',
      })
    const called = input.name.trim()
    const [namesake] = await tx
      .select({ url })
      .from(upstreamRegistries)
      .where(eq(sql`lower(${name})`, called.toLowerCase()))
    if (namesake && namesake.url !== base)
      throw new BerthError('CONFLICT', `${namesake.url} is followed under this name already.`, {
        field: 'name',
        action: 'Choose another name.',
      })
    const [row] = await tx
      .insert(upstreamRegistries)
      .values({ name: called, url: base })
      .onConflictDoNothing()
      .returning({ id, name, url, syncedAt, syncError })
    if (!row)
      throw new BerthError('CONFLICT', 'This registry is followed already.', {
        field: 'url',
        action: 'Sync the one that is there.',
      })
    await record.audit('upstream.add', `upstream-registry:${row.id}`, { name: row.name, url: row.url })
    return { ...row, servers: 0 }
  })
}

/** Without `/v0.1/servers` and what else people copy with it. */
function baseUrl(text: string): string {
  const bad = (why: string) => new BerthError('INVALID_INPUT', why, { field: 'url' })
  if (text.length > 2000 || !URL.canParse(text.trim())) throw bad('Use an https:// URL.')
  const given = new URL(text.trim())
  if (given.protocol !== 'https:' && given.protocol !== 'http:') throw bad('Use an https:// URL.')
  if (given.username !== '' || given.password !== '') throw bad('Use a URL without a user name and password.')
  const path = given.pathname.replace(/\/v0(\.\d+)?(\/servers)?\/?$/, '').replace(/\/+$/, '')
  return `${given.origin}${path}`
}

/** Its copy goes; templates that came from it stay, without what it says of them. @throws NOT_FOUND */
export async function removeUpstreamRegistry(ctx: UserCtx, input: { registryId: string }): Promise<void> {
  requireAdmin(ctx)
  await recordedTx(ctx, null, async (tx, record) => {
    const [row] = await tx
      .delete(upstreamRegistries)
      .where(eq(upstreamRegistries.id, input.registryId))
      .returning({ name, url })
    if (!row) throw new BerthError('NOT_FOUND', 'There is no such registry.', { field: 'registryId' })
    await record.audit('upstream.remove', `upstream-registry:${input.registryId}`, row)
  })
  await applyStanding(ctx)
}
