/** The container's own output, with the values of secret variables blanked (R8). */
import { and, eq } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import { reservations } from '#db/schema/fleet.ts'
import { templateVersions } from '#db/schema/templates.ts'
import type { LogLineView } from '#server/api/views.ts'
import type { UserCtx } from '#server/context.ts'
import type { Engine, EnginePool } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { containerName, deploymentLabel } from './names.ts'
import { ownedBy } from './own.ts'
import { openVariables, redactor } from './variables.ts'

export type LogsCtx = UserCtx & { services: { fleet: { pool: EnginePool } } }

const TAIL_DEFAULT = 500
const TAIL_MAX = 5000

/** The newest lines, oldest first. @throws DEPLOYMENT_NOT_SERVING when it has no container */
export async function deploymentLogs(
  ctx: LogsCtx,
  input: { deploymentId: string; tail?: number },
): Promise<LogLineView[]> {
  const source = await findSource(ctx, input.deploymentId)
  const { engine } = source
  const tail = Math.min(input.tail ?? TAIL_DEFAULT, TAIL_MAX)
  const lines: LogLineView[] = []
  for await (const line of engine.logs(source.container, { tail, follow: false }))
    lines.push({ ...line, text: source.redact(line.text) })
  return lines
}

/** Lines as they come, until the container ends, `signal` aborts or the connection is lost. */
export async function* followLogs(
  ctx: LogsCtx,
  input: { deploymentId: string; since?: Date; tail?: number; signal: AbortSignal },
): AsyncGenerator<LogLineView> {
  const source = await findSource(ctx, input.deploymentId)
  const { engine } = source
  const tail = Math.min(input.tail ?? TAIL_DEFAULT, TAIL_MAX)
  const options = { follow: true, signal: input.signal, ...(input.since ? { since: input.since } : { tail }) }
  for await (const line of engine.logs(source.container, options)) yield { ...line, text: source.redact(line.text) }
}

interface Source {
  engine: Engine
  container: string
  redact: (text: string) => string
}

/** The serving container, else that of the attempt under way: its lines matter most before it is healthy. */
async function findSource(ctx: LogsCtx, deploymentId: string): Promise<Source> {
  const [found] = await ctx.db
    .select({ row: deployments, config: templateVersions.config, reservedOn: reservations.dropletId })
    .from(deployments)
    .innerJoin(templateVersions, eq(templateVersions.id, deployments.templateVersionId))
    .leftJoin(
      reservations,
      and(eq(reservations.deploymentId, deployments.id), eq(reservations.attempt, deployments.attempt)),
    )
    .where(and(eq(deployments.id, deploymentId), ownedBy(ctx.actor.userId)))
  if (!found) throw new BerthError('NOT_FOUND', 'There is no such deployment.')
  const { row, config, reservedOn } = found
  const redact = redactor(config.environmentVariables, openVariables(ctx.vault, row.id, row.variables))
  const dropletId = row.state === 'deploying' && reservedOn ? reservedOn : row.dropletId
  if (!dropletId) throw nothingToRead()
  const engine = await ctx.services.fleet.pool.engine(dropletId)
  if (row.state === 'deploying' && reservedOn)
    return { engine, container: containerName({ deploymentId, attempt: row.attempt }), redact }
  if (row.containerId) return { engine, container: row.containerId, redact }
  const [stopped] = await engine.containers({ label: deploymentLabel(deploymentId) })
  if (!stopped) throw nothingToRead()
  return { engine, container: stopped.id, redact }
}

const nothingToRead = () => new BerthError('DEPLOYMENT_NOT_SERVING', 'There is no container whose lines could be read.')
