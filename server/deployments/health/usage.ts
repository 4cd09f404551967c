/**
 * What serving containers really use: one sample a container and minute, kept for a week. One process in the
 * installation asks; a round is bounded in containers and time, and begins with those not seen for longest, so that a
 * fleet too large for one round is sampled more rarely and not in part.
 */
import { sql } from 'drizzle-orm'
import { usageSamples } from '#db/schema/deployments.ts'
import type { Ctx } from '#server/context.ts'
import { type Rounds, startRounds } from '#server/rounds.ts'
import type { DeploymentsDeps } from '../ports.ts'

const ROUND_MS = 60_000
/** Leaves the next round its time. */
const ROUND_MS_MAX = 45_000
const CONTAINERS_MAX = 1000
/** The engine measures CPU over a second, so an answer takes that long whatever the load. */
const AT_ONCE = 16
const ASK_MS = 8_000

export function startUsageSampler(parts: {
  ctx: Ctx
  deps: Pick<DeploymentsDeps, 'engines'>
  elected: () => Promise<boolean>
}): Rounds {
  const { ctx, deps, elected } = parts
  const stopping = new AbortController()

  async function round(): Promise<void> {
    const over = AbortSignal.any([stopping.signal, AbortSignal.timeout(ROUND_MS_MAX)])
    const queue = await serving(ctx)
    const lane = async () => {
      for (let next = queue.shift(); next && !over.aborted; next = queue.shift()) await ask(next, over)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
  }

  async function ask({ id, dropletId, containerId }: Serving, over: AbortSignal): Promise<void> {
    try {
      const signal = AbortSignal.any([over, AbortSignal.timeout(ASK_MS)])
      const engine = await deps.engines.engine(dropletId)
      const { at, memoryBytes, cpuMillis } = await engine.stats(containerId, { signal })
      await ctx.db.insert(usageSamples).values({ deploymentId: id, at, memoryBytes, cpuMillis }).onConflictDoNothing()
    } catch (err) {
      ctx.log.debug({ err, deployment: id }, 'no sample of what it uses')
    }
  }

  const rounds = startRounds(round, {
    ...{ everyMs: ROUND_MS, elected },
    onError: (err) => ctx.log.warn({ err }, 'a round of usage samples did not work'),
  })
  return {
    now: rounds.now,
    async stop() {
      stopping.abort()
      await rounds.stop()
    },
  }
}

interface Serving extends Record<string, unknown> {
  id: string
  dropletId: string
  containerId: string
}

const serving = async (ctx: Ctx): Promise<Serving[]> => [
  ...(await ctx.db.execute<Serving>(sql`
    select d.id, d.droplet_id as "dropletId", d.container_id as "containerId"
    from deployments d
    where d.state = 'healthy' and d.droplet_id is not null and d.container_id is not null
    order by (select max(u.at) from usage_samples u where u.deployment_id = d.id) nulls first
    limit ${CONTAINERS_MAX}`)),
]
