/**
 * Brings the local copy of a registry up to date:
 *
 *   pass ── page ── rows ── page ── rows ── … last page ── the next pass asks for what changed since
 *                    └─ stopped here? the pass is stored with its cursor, the next sync goes on
 *
 * One at a time for each registry, in the whole installation. What the registry says about templates that came from it
 * is passed on at once (`standing.ts`), after every sync, whole or not.
 */
import { and, eq, ne, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { type UpstreamPass, upstreamRegistries, upstreamServers } from '#db/schema/templates.ts'
import type { Base, Ctx, UserCtx } from '#server/context.ts'
import { BerthError, toBerthError } from '#server/errors.ts'
import type { Ask } from '#server/registry/index.ts'
import { housekeepingTx, recordedTx } from '#server/tx.ts'
import { requireAdmin } from '../admin.ts'
import { createPages, type Pages, STALE_CURSOR } from './client.ts'
import { readEntry, type UpstreamEntry } from './entry.ts'
import { applyStanding } from './standing.ts'

export type AskingCtx = UserCtx & { services: { ask: Ask } }

export interface SyncReport {
  /** Rows written. */
  stored: number
  /** What could not be stored, the first of them by name. */
  refused: { count: number; first: string[] }
  /** False: there is more; another sync goes on. */
  complete: boolean
  /** Templates whose warning changed. */
  warned: number
}

type Registry = typeof upstreamRegistries.$inferSelect

/** 10,000 servers; a person waits for it. */
const PAGES_MAX = 100
const SYNC_MAX_MS = 90_000
const REFUSED_NAMED_MAX = 10

/** @throws NOT_FOUND, CONFLICT while another one runs, REGISTRY_UNAVAILABLE, REGISTRY_REFUSED */
export async function syncUpstreamRegistry(
  ctx: AskingCtx,
  input: { registryId: string; pagesMax?: number },
): Promise<SyncReport> {
  requireAdmin(ctx)
  return syncRegistry(ctx, ctx.services.ask, input)
}

export async function syncRegistry(
  ctx: Ctx,
  ask: Ask,
  { registryId, pagesMax = PAGES_MAX, signal }: { registryId: string; pagesMax?: number; signal?: AbortSignal },
): Promise<SyncReport> {
  // Held by a transaction that does nothing else: it is free again when this process dies.
  return housekeepingTx(ctx.db, async (tx) => {
    if (!(await lock(tx, registryId)))
      throw new BerthError('CONFLICT', 'This registry is being synced right now.', { action: 'Wait until it is done.' })
    const [registry] = await ctx.db.select().from(upstreamRegistries).where(eq(upstreamRegistries.id, registryId))
    if (!registry) throw new BerthError('NOT_FOUND', 'There is no such registry.', { field: 'registryId' })
    const report: SyncReport = { stored: 0, refused: { count: 0, first: [] }, complete: false, warned: 0 }
    let failed: BerthError | null = null
    try {
      const pages = createPages(ask, registry.url, signal)
      report.complete = await readPages(ctx, pages, registry, pagesMax, report)
    } catch (error) {
      // Stopped, not failed: the pass is stored, and goes on with the next start.
      failed = signal?.aborted ? null : toBerthError(error)
      if (failed?.code === 'INTERNAL') ctx.log.warn({ err: error, registryId }, 'a sync of a registry did not work')
    }
    await finish(ctx, registry, report, failed)
    report.warned = await applyStanding(ctx)
    if (failed) throw failed
    return report
  })
}

async function lock(tx: Tx, registryId: string): Promise<boolean> {
  const [row] = await tx.execute<{ won: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtext('berth.upstream'), hashtext(${registryId})) as won`,
  )
  return row?.won ?? false
}

/** @returns whether the last page was reached */
async function readPages(
  base: Base,
  pages: Pages,
  registry: Registry,
  pagesMax: number,
  report: SyncReport,
): Promise<boolean> {
  const until = Date.now() + SYNC_MAX_MS
  const seen = new Set<string>()
  let pass: Omit<UpstreamPass, 'cursor'> = registry.pass ?? { startedAt: new Date().toISOString(), newest: null }
  let cursor = registry.pass?.cursor ?? null
  for (let read = 0; read < pagesMax && Date.now() < until; read++) {
    const page = await nextPage(base, pages, registry, cursor)
    const entries = entriesOf(page.entries, report)
    const newest = [pass.newest, ...entries.map((entry) => entry.updatedAtText)].reduce(later, null)
    pass = { ...pass, newest }
    if (page.cursor !== null && seen.has(page.cursor)) {
      await store(base, registry, entries, { pass: null }, report)
      throw new BerthError(
        'REGISTRY_REFUSED',
        `${new URL(registry.url).host} repeats its cursor, so its list has no end.`,
      )
    }
    const next: Partial<Registry> =
      page.cursor === null ? ended(registry, pass) : { pass: { ...pass, cursor: page.cursor } }
    await store(base, registry, entries, next, report)
    if (page.cursor === null) return true
    cursor = page.cursor
    seen.add(cursor)
  }
  return false
}

/** A pass that a registry has forgotten begins anew with the next sync. */
async function nextPage(base: Base, pages: Pages, registry: Registry, cursor: string | null) {
  try {
    return await pages.next({ cursor, updatedSince: registry.updatedSince })
  } catch (error) {
    if (error instanceof BerthError && error.cause === STALE_CURSOR)
      await base.db.update(upstreamRegistries).set({ pass: null }).where(eq(upstreamRegistries.id, registry.id))
    throw error
  }
}

/** What changed while the pass went on may stand on a page that was read before: it is asked for again. */
function ended(registry: Registry, pass: Omit<UpstreamPass, 'cursor'>): Partial<Registry> {
  const { newest, startedAt } = pass
  const since = newest !== null && Date.parse(newest) > Date.parse(startedAt) ? startedAt : newest
  return { pass: null, updatedSince: later(registry.updatedSince, since), syncedAt: new Date() }
}

const later = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && Date.parse(b) > Date.parse(a)) ? b : a

function entriesOf(given: unknown[], report: SyncReport): UpstreamEntry[] {
  const now = new Date()
  const entries = new Map<string, UpstreamEntry>()
  for (const entry of given) {
    const read = readEntry(entry, now)
    if ('refused' in read) {
      report.refused.count++
      if (report.refused.first.length < REFUSED_NAMED_MAX) report.refused.first.push(read.refused.slice(0, 300))
    } else entries.set(JSON.stringify([read.name, read.version]), read)
  }
  return [...entries.values()]
}

async function store(
  base: Base,
  registry: Registry,
  entries: UpstreamEntry[],
  next: Partial<Registry>,
  report: SyncReport,
): Promise<void> {
  await housekeepingTx(base.db, async (tx) => {
    for (const { updatedAtText: _, ...entry } of entries) {
      await tx
        .insert(upstreamServers)
        .values({ registryId: registry.id, ...entry })
        .onConflictDoUpdate({
          target: [upstreamServers.registryId, upstreamServers.name, upstreamServers.version],
          set: entry,
        })
      if (entry.isLatest) await demoteOthers(tx, registry.id, entry)
    }
    await tx.update(upstreamRegistries).set(next).where(eq(upstreamRegistries.id, registry.id))
  })
  report.stored += entries.length
}

/** A registry does not send what was the latest before. */
const demoteOthers = (tx: Tx, registryId: string, { name, version }: Pick<UpstreamEntry, 'name' | 'version'>) =>
  tx
    .update(upstreamServers)
    .set({ isLatest: false })
    .where(
      and(
        eq(upstreamServers.registryId, registryId),
        eq(upstreamServers.name, name),
        ne(upstreamServers.version, version),
        eq(upstreamServers.isLatest, true),
      ),
    )

async function finish(ctx: Ctx, registry: Registry, report: SyncReport, failed: BerthError | null): Promise<void> {
  await recordedTx(ctx, null, async (tx, record) => {
    const syncError = failed ? failed.message : refusedText(report)
    await tx.update(upstreamRegistries).set({ syncError }).where(eq(upstreamRegistries.id, registry.id))
    const { stored, refused, complete } = report
    await record.audit('upstream.sync', `upstream-registry:${registry.id}`, {
      ...{ url: registry.url, stored, refused: refused.count, complete },
      ...(failed && { error: failed.code }),
    })
  })
}

const refusedText = ({ refused: { count, first } }: SyncReport): string | null =>
  count === 0 ? null : `${count} ${count === 1 ? 'entry' : 'entries'} could not be stored: ${first.join('; ')}.`
