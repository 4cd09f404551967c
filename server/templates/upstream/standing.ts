/**
 * What registries say about the servers that templates came from: `deleted` there is often malware. It becomes the
 * template's own standing, and everybody who runs a copy hears of it at once through the deployment's events.
 *
 * Only the registry that a template was imported from can have it refused: anybody may run a registry, and list there
 * whatever name they like. About one that came from none, the official registry's word is a warning.
 */
import { eq, inArray, isNotNull, sql } from 'drizzle-orm'
import { toolCatalog, type UpstreamStatus, upstreamRegistries, upstreamServers } from '#db/schema/templates.ts'
import type { Ctx } from '#server/context.ts'
import { housekeepingTx, recordedTx } from '#server/tx.ts'

interface Standing {
  status: UpstreamStatus
  message: string | null
}

const GRAVEST_FIRST: UpstreamStatus[] = ['deleted', 'deprecated', 'active']

/** @returns how many templates have another standing than before */
export async function applyStanding(ctx: Ctx): Promise<number> {
  // Two syncs that end together must not tell everybody twice.
  return housekeepingTx(ctx.db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('berth.upstream-standing'))`)
    return changeAll(ctx)
  })
}

async function changeAll(ctx: Ctx): Promise<number> {
  const templates = await ctx.db
    .select({
      id: toolCatalog.id,
      slug: toolCatalog.slug,
      name: sql<string>`${toolCatalog.registryName}`,
      registryId: toolCatalog.upstreamRegistryId,
      status: toolCatalog.upstreamStatus,
      message: toolCatalog.upstreamMessage,
      versions: versionsInUse,
    })
    .from(toolCatalog)
    .where(isNotNull(toolCatalog.registryName))
  const entries = await entriesOf(ctx, [...new Set(templates.map(({ name }) => name))])
  let changed = 0
  for (const template of templates) {
    const listed = entries.get(template.name) ?? []
    const versions = template.versions ?? []
    const standing =
      template.registryId === null
        ? asWarning(standingOf(versions, listed.filter(isOfficial)))
        : standingOf(
            versions,
            listed.filter(({ registryId }) => registryId === template.registryId),
          )
    if (standing?.status === (template.status ?? undefined) && (standing?.message ?? null) === template.message)
      continue
    if (standing === null && template.status === null) continue
    changed += await change(ctx, template, standing)
  }
  return changed
}

/** The documents' versions of what people get and of what still runs. */
const versionsInUse = sql<(string | null)[] | null>`(
  select array_agg(distinct v.server_json->>'version') from template_versions v
  where v.template_id = "tool_catalog"."id" and (
    v.version = "tool_catalog"."version"
    or exists (select from deployments d where d.template_version_id = v.id and d.state not in ('deleting', 'deleted')))
  )`

type Entry = Pick<
  typeof upstreamServers.$inferSelect,
  'registryId' | 'version' | 'status' | 'statusMessage' | 'isLatest'
> & { url: string }

async function entriesOf(ctx: Ctx, names: string[]): Promise<Map<string, Entry[]>> {
  const { registryId, name, version, status, statusMessage, isLatest } = upstreamServers
  const rows =
    names.length === 0
      ? []
      : await ctx.db
          .select({ registryId, url: upstreamRegistries.url, name, version, status, statusMessage, isLatest })
          .from(upstreamServers)
          .innerJoin(upstreamRegistries, eq(upstreamRegistries.id, registryId))
          .where(inArray(name, names))
  const byName = new Map<string, Entry[]>()
  for (const { name: of, ...entry } of rows) byName.set(of, [...(byName.get(of) ?? []), entry])
  return byName
}

const OFFICIAL_ORIGIN = 'https://registry.modelcontextprotocol.io'

const isOfficial = ({ url }: Entry): boolean => new URL(url).origin === OFFICIAL_ORIGIN

/** A name alone does not tell that it is the same server. */
function asWarning(standing: Standing | null): Standing | null {
  if (standing?.status !== 'deleted') return standing
  const why = standing.message ? ` Its reason: ${standing.message}` : ''
  return { status: 'deprecated', message: `The official registry has deleted a server of this name.${why}` }
}

/** The entry of the very version that was imported, else the latest one; the gravest where several count. */
function standingOf(versions: (string | null)[], entries: Entry[]): Standing | null {
  const counted = (versions.length > 0 ? versions : [null]).flatMap((version) => {
    const exact = entries.filter((entry) => entry.version === version)
    return exact.length > 0 ? exact : entries.filter((entry) => entry.isLatest)
  })
  for (const status of GRAVEST_FIRST) {
    const entry = counted.find((candidate) => candidate.status === status)
    if (entry) return { status, message: status === 'active' ? null : entry.statusMessage }
  }
  return null
}

interface Template {
  id: string
  slug: string
  status: UpstreamStatus | null
}

async function change(ctx: Ctx, template: Template, standing: Standing | null): Promise<number> {
  const [from, to] = [template.status ?? 'active', standing?.status ?? 'active']
  return recordedTx(ctx, null, async (tx, record) => {
    await tx
      .update(toolCatalog)
      .set({ upstreamStatus: standing?.status ?? null, upstreamMessage: standing?.message ?? null })
      .where(eq(toolCatalog.id, template.id))
    await record.audit('template.upstream', `template:${template.slug}`, {
      from,
      to,
      message: standing?.message ?? null,
    })
    if (from === 'active' && to === 'active') return 0
    const running = await tx.execute<{ id: string }>(sql`
      select d.id from deployments d join template_versions v on v.id = d.template_version_id
      where v.template_id = ${template.id} and d.purpose = 'serve' and d.state not in ('deleting', 'deleted')
      order by d.id`)
    for (const { id } of running)
      await record.event(id, { type: 'template.warning', data: { upstream: to, message: standing?.message ?? '' } })
    return 1
  })
}
