/**
 * A dry run tries a template version: a deployment with purpose `dry-run`, run by the same saga up to the health check
 * and undone from there on.
 *
 *   startDryRun ─▶ queued ─▶ deploying … health-check ─▶ undoing (DRY_RUN_ENDED) ─▶ cancelled
 *                                          └─ fails ───▶ undoing (its error)     ─▶ failed
 *
 * It never serves: no endpoint, no token, and no verb or list of a person knows it. The queue, take-over, reservations
 * and the reconciler see it like any other (I1-I4, I9).
 */
import { setTimeout as delay } from 'node:timers/promises'
import { and, desc, eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { deploymentEvents, deploymentSteps, deployments } from '#db/schema/deployments.ts'
import type { StepId } from '#db/schema/states.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { Base, Ctx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import type { Handshake } from '#server/gateway/port.ts'
import { recordedTx } from '#server/tx.ts'
import { cancelRow } from './cancel.ts'
import { refuseUnlessDeployable, standingColumns } from './gate.ts'
import { insertDeployment } from './insert.ts'
import { resolveVariables, sealVariables } from './variables.ts'

export interface DryRunInput {
  versionId: string
  /** On whose fleet. */
  userId: string
  variables: Record<string, string>
  /** False: only where there is room already. */
  allowNewDroplet: boolean
}

export type DryRunResult =
  | ({ ok: true; startMs: number } & Pick<Handshake, 'tools' | 'protocolVersion' | 'serverInfo'>)
  | { ok: false; step: StepId | null; code: string; message: string; logTail: string[] }

/** People's own deployments go first. */
const PRIORITY = 1
const LOOK_EVERY_MS = 200

/** @throws INVALID_INPUT naming the variable; NOT_FOUND, TEMPLATE_REFUSED */
export async function startDryRun(base: Base, input: DryRunInput): Promise<{ deploymentId: string }> {
  const [version] = await base.db
    .select({
      id: templateVersions.id,
      config: templateVersions.config,
      templateId: toolCatalog.id,
      slug: toolCatalog.slug,
      number: templateVersions.version,
      ...standingColumns,
    })
    .from(templateVersions)
    .innerJoin(toolCatalog, eq(toolCatalog.id, templateVersions.templateId))
    .where(eq(templateVersions.id, input.versionId))
  if (!version) throw new BerthError('NOT_FOUND', 'There is no such template version.')
  refuseUnlessDeployable(version, 'dry-run')
  const id = v7()
  const variables = resolveVariables(version.config.environmentVariables, input.variables)
  await insertDeployment(base.db, {
    id,
    userId: input.userId,
    templateId: version.templateId,
    templateVersionId: version.id,
    purpose: 'dry-run',
    name: `dry run of ${version.slug} ${version.number}`,
    isNameNumbered: false,
    priority: PRIORITY,
    idempotencyKey: null,
    region: null,
    dropletId: null,
    newDroplet: null,
    strategy: null,
    resources: null,
    allowNewDroplet: input.allowNewDroplet,
    variables: sealVariables(base.vault, id, variables),
  })
  return { deploymentId: id }
}

/** Settles when its undo has ended. When `signal` aborts, it is cancelled and left to the worker that undoes it. */
export async function dryRunResult(
  base: Base,
  deploymentId: string,
  o: { signal: AbortSignal },
): Promise<DryRunResult> {
  try {
    for (;;) {
      o.signal.throwIfAborted()
      const [row] = await base.db.select().from(deployments).where(ofDryRun(deploymentId))
      if (!row) throw new BerthError('NOT_FOUND', 'There is no such dry run.')
      if (row.state === 'cancelled' || row.state === 'failed') return await read(base, row)
      await delay(LOOK_EVERY_MS, undefined, { signal: o.signal })
    }
  } catch (error) {
    if (o.signal.aborted) await cancelDryRun(base, deploymentId)
    throw error
  }
}

const ofDryRun = (deploymentId: string) => and(eq(deployments.id, deploymentId), eq(deployments.purpose, 'dry-run'))

async function cancelDryRun(base: Base, deploymentId: string): Promise<void> {
  const ctx: Ctx = { ...base, actor: { kind: 'system', part: 'dry-run' } }
  await recordedTx(ctx, null, async (tx, record) => {
    const [row] = await tx.select().from(deployments).where(ofDryRun(deploymentId)).for('update')
    if (row?.state === 'queued' || row?.state === 'deploying') await cancelRow(ctx, { tx, row, record })
    else await record.audit('dry-run.cancel', `deployment:${deploymentId}`, { state: row?.state ?? 'missing' })
  })
}

async function read(base: Base, row: typeof deployments.$inferSelect): Promise<DryRunResult> {
  if (row.error?.code !== 'DRY_RUN_ENDED') return failure(base, row)
  const steps = await base.db
    .select({ step: deploymentSteps.step, output: deploymentSteps.output, endedAt: deploymentSteps.endedAt })
    .from(deploymentSteps)
    .where(eq(deploymentSteps.deploymentId, row.id))
  const of = (step: StepId) => steps.find((s) => s.step === step)
  const [started, answered] = [of('container-deploy'), of('health-check')]
  // Written by the runner from that step's own output.
  const { tools, protocolVersion, serverInfo } = (answered?.output ?? {}) as unknown as Handshake
  const startMs = (answered?.endedAt?.getTime() ?? 0) - (started?.endedAt?.getTime() ?? 0)
  return { ok: true, tools, protocolVersion, serverInfo, startMs }
}

async function failure(base: Base, row: typeof deployments.$inferSelect): Promise<DryRunResult> {
  const [event] = await base.db
    .select({ data: deploymentEvents.data })
    .from(deploymentEvents)
    .where(and(eq(deploymentEvents.deploymentId, row.id), eq(deploymentEvents.type, 'step.failed')))
    .orderBy(desc(deploymentEvents.n))
    .limit(1)
  const { code, message, step } = row.error ?? { code: 'CANCELLED', message: 'It was cancelled.', step: null }
  const logTail = Array.isArray(event?.data.logTail) ? event.data.logTail.map(String) : []
  return { ok: false, step, code, message, logTail }
}
