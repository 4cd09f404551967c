/**
 * Looks at serving containers, since they end without telling anybody: one process in the installation asks each
 * droplet once a round. What it finds becomes `healthy` or `unhealthy` with an event; a restarted container has another
 * host port (Docker chooses anew), so the row follows and the gateway lets go of its connections.
 */
import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import { droplets } from '#db/schema/fleet.ts'
import { templateVersions } from '#db/schema/templates.ts'
import type { Ctx } from '#server/context.ts'
import type { ContainerInfo } from '#server/engine/port.ts'
import { type Rounds, startRounds } from '#server/rounds.ts'
import { recordedTx } from '#server/tx.ts'
import { containerName } from '../names.ts'
import type { DeploymentsDeps } from '../ports.ts'
import { judge, type Seen, type Verdict } from './judge.ts'

const ROUND_MS = 10_000
/** A droplet that does not answer by then is asked again next round. */
const ASK_MS = 8_000
/** Rounds that a droplet may miss before its deployments are called unhealthy: one lost packet is no outage. */
const MISSED_MAX = 2
/** Droplets asked at once. */
const PARALLEL = 8

export function startHealthMonitor(parts: {
  ctx: Ctx
  deps: DeploymentsDeps
  /** Is this the process that looks? Asked each round. */
  elected: () => Promise<boolean>
}): Rounds {
  const { ctx, deps, elected } = parts
  const missed = new Map<string, number>()

  async function round(): Promise<void> {
    const serving = await servingByDroplet(ctx)
    for (const id of missed.keys()) if (!serving.has(id)) missed.delete(id)
    const queue = [...serving]
    const lane = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) await lookAt(...next)
    }
    await Promise.all(Array.from({ length: PARALLEL }, lane))
  }

  async function lookAt(dropletId: string, rows: Serving[]): Promise<void> {
    let containers: ContainerInfo[] | null = null
    try {
      const signal = AbortSignal.timeout(ASK_MS)
      const engine = await deps.engines.engine(dropletId)
      containers = await engine.containers({ label: `berth.installation=${ctx.installationId}` }, { signal })
      missed.delete(dropletId)
    } catch (err) {
      const times = (missed.get(dropletId) ?? 0) + 1
      missed.set(dropletId, times)
      ctx.log.debug({ err, droplet: dropletId, times }, 'a droplet did not answer the health round')
      if (times < MISSED_MAX) return
    }
    for (const row of rows) {
      const name = containerName({ deploymentId: row.id, attempt: row.servingAttempt })
      const seen: Seen =
        containers === null
          ? { kind: 'silent' }
          : { kind: 'answered', container: containers.find((c) => c.name === name) ?? null }
      const verdict = judge(row, seen)
      if (verdict)
        await apply(ctx, deps, row, verdict).catch((err: unknown) =>
          ctx.log.warn({ err, deployment: row.id }, 'its health could not be written'),
        )
    }
  }

  return startRounds(round, {
    ...{ everyMs: ROUND_MS, elected },
    onError: (err) => ctx.log.warn({ err }, 'a health round did not work'),
  })
}

type Serving = Awaited<ReturnType<typeof readServing>>[number] & { servingAttempt: number }

const readServing = (ctx: Ctx) =>
  ctx.db
    .select({
      id: deployments.id,
      state: deployments.state,
      dropletId: deployments.dropletId,
      servingAttempt: deployments.servingAttempt,
      hostPort: deployments.hostPort,
      transport: sql<
        (typeof templateVersions.$inferSelect)['config']['transport']
      >`${templateVersions.config}->'transport'`,
    })
    .from(deployments)
    .innerJoin(templateVersions, eq(templateVersions.id, deployments.templateVersionId))
    .innerJoin(droplets, eq(droplets.id, deployments.dropletId))
    .where(and(inArray(deployments.state, ['healthy', 'unhealthy']), isNotNull(deployments.servingAttempt)))

async function servingByDroplet(ctx: Ctx): Promise<Map<string, Serving[]>> {
  const groups = new Map<string, Serving[]>()
  for (const { servingAttempt, ...row } of await readServing(ctx)) {
    if (!row.dropletId || servingAttempt === null) continue
    const group = groups.get(row.dropletId) ?? []
    groups.set(row.dropletId, group)
    group.push({ ...row, servingAttempt })
  }
  return groups
}

async function apply(ctx: Ctx, deps: DeploymentsDeps, row: Serving, verdict: Verdict): Promise<void> {
  const to = verdict.healthy ? ('healthy' as const) : ('unhealthy' as const)
  await recordedTx(ctx, null, async (tx, record) => {
    const [changed] = await tx
      .update(deployments)
      .set({ state: to, ...(verdict.hostPort !== undefined && { hostPort: verdict.hostPort }) })
      // Whoever changed the row since it was read knows better.
      .where(
        and(
          eq(deployments.id, row.id),
          eq(deployments.state, row.state),
          eq(deployments.servingAttempt, row.servingAttempt),
        ),
      )
      .returning({ id: deployments.id })
    if (!changed) return void (await record.audit('health.skip', `deployment:${row.id}`))
    await record.event(row.id, {
      type: 'health.changed',
      data: { healthy: verdict.healthy, message: verdict.message },
    })
    if (to !== row.state)
      await record.event(row.id, { type: 'state', data: { from: row.state, to, reason: verdict.message } })
  })
  await deps.gateway.drop(row.id)
}
