/** One process in the installation keeps the copies fresh: a template whose entry was deleted must not wait for a click. */
import { sql } from 'drizzle-orm'
import type { Base, Ctx } from '#server/context.ts'
import { toBerthError } from '#server/errors.ts'
import type { Ask } from '#server/registry/index.ts'
import { type Rounds, startRounds } from '#server/rounds.ts'
import { syncRegistry } from './sync.ts'

const EVERY_MS = 6 * 3_600_000
/** How often it is looked whether one is due: a registry that was down is tried again then. */
const TURN_MS = 30 * 60_000
/** The first turn waits until what a start brings with it is over. */
const FIRST_MS = 60_000
/** A first pass through a large registry takes several syncs; a turn does no more of them. */
const SYNCS_A_TURN_MAX = 20

export function startUpstreamSync(parts: {
  base: Base
  ask: Ask
  /** Is this the process that looks? Asked each turn. */
  elected: () => Promise<boolean>
}): Rounds {
  const { base, ask } = parts
  const ctx: Ctx = { ...base, actor: { kind: 'system', part: 'upstream-sync' } }
  const stopping = new AbortController()
  const { signal } = stopping

  async function turn(): Promise<void> {
    for (const registryId of await due(base)) await syncAll(registryId)
  }

  async function syncAll(registryId: string): Promise<void> {
    try {
      for (let syncs = 0; syncs < SYNCS_A_TURN_MAX && !signal.aborted; syncs++)
        if ((await syncRegistry(ctx, ask, { registryId, signal })).complete) return
    } catch (error) {
      // Its row says what was wrong; the others go on (R20).
      base.log.info({ registryId, code: toBerthError(error).code }, 'a registry could not be synced')
    }
  }

  const rounds = startRounds(turn, {
    ...{ everyMs: TURN_MS, firstAfterMs: FIRST_MS },
    elected: async () => !signal.aborted && (await parts.elected()),
    onError: (err) => base.log.warn({ err }, 'a turn of registry syncs did not work'),
  })
  return {
    now: rounds.now,
    async stop() {
      stopping.abort()
      await rounds.stop()
    },
  }
}

const due = async (base: Base): Promise<string[]> => {
  const rows = await base.db.execute<{ id: string }>(sql`
    select id from upstream_registries
    where pass is not null or synced_at is null or synced_at < now() - ${EVERY_MS} * interval '1 millisecond'
    order by synced_at nulls first, id`)
  return rows.map(({ id }) => id)
}
