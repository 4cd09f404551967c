/** One source a topic. Each yields payloads with the cursor from which a reconnect goes on. */
import type { ApiCtx } from '#server/api/trpc.ts'
import { asBerthError, assertAdmin } from '#server/api/trpc.ts'
import type { LivePayload, LiveTopic, LogLineView } from '#server/api/views.ts'
import { followLogs, listDeployments, watchEvents } from '#server/deployments/index.ts'
import { listDroplets } from '#server/fleet/index.ts'
import { watchValidation } from '#server/templates/validation/index.ts'
import { changesOf } from './changes.ts'
import { batched } from './merge.ts'

export interface LiveItem {
  payload: LivePayload
  /** Where this topic goes on after a reconnect; absent for topics that begin with the whole state. */
  cursor?: { key: string; at: string }
}

/** Lines in one message; a chatty container fills many. */
const LINES_MAX = 200

export const cursorKey = (topic: LiveTopic): string => ('id' in topic ? `${topic.kind}:${topic.id}` : topic.kind)

/** Never throws for one topic's fault: that becomes its own message, and the other topics go on. */
export async function* topicSource(
  ctx: ApiCtx,
  topic: LiveTopic,
  cursor: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<LiveItem, void> {
  try {
    switch (topic.kind) {
      case 'deployments':
        return yield* deploymentsTopic(ctx, signal)
      case 'droplets':
        return yield* dropletsTopic(ctx, signal)
      case 'deployment':
        return yield* eventsTopic(ctx, topic, Math.max(topic.after, Number(cursor ?? 0)), signal)
      case 'logs':
        return yield* logsTopic(ctx, topic, logPosition(cursor ?? topic.since), signal)
      case 'validation':
        return yield* validationTopic(ctx, topic.id, signal)
    }
  } catch (error) {
    if (signal.aborted) return
    const known = asBerthError(error)
    if (known.code === 'INTERNAL') ctx.log.error({ err: error, topic: topic.kind }, 'a live topic failed')
    yield { payload: { topic: 'error', of: topic, code: known.code, message: known.message } }
  }
}

async function* deploymentsTopic(ctx: ApiCtx, signal: AbortSignal): AsyncGenerator<LiveItem, void> {
  const changes = changesOf(ctx.services.events, ctx.actor.userId, signal)
  // Asked for before the list is read: what changes meanwhile is a change, not a gap.
  let next = changes.next()
  yield { payload: { topic: 'deployments', full: true, rows: await listDeployments(ctx, {}) } }
  for (;;) {
    const turn = await next
    if (turn.done) return
    const ids = turn.value
    const rows = await listDeployments(ctx, ids ? { ids: [...ids] } : {})
    next = changes.next()
    yield { payload: { topic: 'deployments', full: ids === null, rows } }
  }
}

/** For what happens to a droplet by itself (unreachable, back again), which no event tells. */
const DROPLETS_REFRESH_MS = 10_000

async function* dropletsTopic(ctx: ApiCtx, signal: AbortSignal): AsyncGenerator<LiveItem, void> {
  const { events } = ctx.services
  const changes = changesOf(events, ctx.actor.userId, signal, { refreshMs: DROPLETS_REFRESH_MS })
  let next = changes.next()
  let shown = ''
  for (;;) {
    const rows = await listDroplets(ctx)
    const drawn = JSON.stringify(rows)
    if (drawn !== shown) yield { payload: { topic: 'droplets', rows } }
    shown = drawn
    if ((await next).done) return
    next = changes.next()
  }
}

async function* validationTopic(ctx: ApiCtx, id: string, signal: AbortSignal): AsyncGenerator<LiveItem, void> {
  assertAdmin(ctx.actor)
  for await (const validation of watchValidation(ctx, ctx.services.validations, { validationId: id, signal }))
    yield { payload: { topic: 'validation', id, validation } }
}

async function* eventsTopic(
  ctx: ApiCtx,
  topic: { id: string },
  after: number,
  signal: AbortSignal,
): AsyncGenerator<LiveItem, void> {
  const key = `deployment:${topic.id}`
  for await (const events of watchEvents(ctx, ctx.services.events, { deploymentId: topic.id, after, signal })) {
    const last = events.at(-1)
    if (last) yield { payload: { topic: 'deployment', id: topic.id, events }, cursor: { key, at: String(last.n) } }
  }
}

/** A time in milliseconds and how many lines of that very millisecond were sent: engines count in nanoseconds. */
interface LogPosition {
  ms: number
  sent: number
}

function logPosition(text: string | undefined): LogPosition | null {
  const [iso = '', sent = '0'] = (text ?? '').split('#')
  const ms = Date.parse(iso)
  return Number.isNaN(ms) ? null : { ms, sent: Number(sent) || 0 }
}

async function* logsTopic(
  ctx: ApiCtx,
  topic: { id: string },
  start: LogPosition | null,
  signal: AbortSignal,
): AsyncGenerator<LiveItem, void> {
  const key = `logs:${topic.id}`
  let position = start
  const changes = changesOf(ctx.services.events, ctx.actor.userId, signal)
  let next = changes.next()
  while (!signal.aborted) {
    let reason = 'The container has ended.'
    try {
      const since = position ? new Date(position.ms) : undefined
      let skip = position?.sent ?? 0
      const from = position?.ms
      for await (const batch of batched(followLogs(ctx, { deploymentId: topic.id, since, signal }), LINES_MAX)) {
        const lines: LogLineView[] = []
        for (const line of batch) {
          const ms = line.at.getTime()
          if (from !== undefined && (ms < from || (ms === from && skip-- > 0))) continue
          position = { ms, sent: position?.ms === ms ? position.sent + 1 : 1 }
          lines.push(line)
        }
        if (lines.length === 0 || !position) continue
        const at = `${new Date(position.ms).toISOString()}#${position.sent}`
        yield { payload: { topic: 'logs', id: topic.id, lines }, cursor: { key, at } }
      }
    } catch (error) {
      const known = asBerthError(error)
      if (known.code === 'NOT_FOUND' || known.code === 'INTERNAL') throw error
      reason = known.message
    }
    if (signal.aborted) return
    yield { payload: { topic: 'logs.ended', id: topic.id, reason } }
    // Whatever brings the next container (redeploy, start, a step of the saga) is an event of this deployment.
    for (;;) {
      const turn = await next
      if (turn.done) return
      next = changes.next()
      if (turn.value === null || turn.value.has(topic.id)) break
    }
  }
}
