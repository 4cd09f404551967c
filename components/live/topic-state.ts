/** What the hub knows about one topic: enough to answer a new tab and to resume the stream without a gap. Pure. */
import type { DeploymentSummary, DropletView, LivePayload, LiveTopic, LogLineView } from '#server/api/views.ts'
import type { ValidationView } from '#server/api/views-templates.ts'
import type { DeploymentEvent } from '#server/deployments/event-types.ts'
import { LOG_LINES_MAX } from './protocol.ts'

export type TopicState =
  | { kind: 'deployments'; rows: DeploymentSummary[] | null }
  | { kind: 'droplets'; rows: DropletView[] | null }
  | { kind: 'deployment'; id: string; after: number; events: DeploymentEvent[] }
  | { kind: 'logs'; id: string; since: string | null; lines: LogLineView[]; ended: string | null }
  | { kind: 'validation'; id: string; validation: ValidationView | null }

export function startTopic(topic: LiveTopic): TopicState {
  switch (topic.kind) {
    case 'deployments':
    case 'droplets':
      return { kind: topic.kind, rows: null }
    case 'deployment':
      return { kind: 'deployment', id: topic.id, after: topic.after, events: [] }
    case 'logs':
      return { kind: 'logs', id: topic.id, since: topic.since ?? null, lines: [], ended: null }
    case 'validation':
      return { kind: 'validation', id: topic.id, validation: null }
  }
}

/** Number of the newest event that is held. */
const newest = (state: Extract<TopicState, { kind: 'deployment' }>): number => state.events.at(-1)?.n ?? state.after

/** The topic to ask the server for, behind what is held already. */
export function resumeTopic(state: TopicState): LiveTopic {
  switch (state.kind) {
    case 'deployments':
    case 'droplets':
      return { kind: state.kind }
    case 'deployment':
      return { kind: 'deployment', id: state.id, after: newest(state) }
    case 'logs': {
      const since = state.lines.at(-1)?.at.toISOString() ?? state.since
      return since ? { kind: 'logs', id: state.id, since } : { kind: 'logs', id: state.id }
    }
    case 'validation':
      return { kind: 'validation', id: state.id }
  }
}

/** Whether what is held reaches back to where a tab wants to start. */
export function covers(state: TopicState, wanted: LiveTopic): boolean {
  if (state.kind === 'deployment' && wanted.kind === 'deployment') return state.after <= wanted.after
  if (state.kind === 'logs' && wanted.kind === 'logs')
    return state.since === null || (wanted.since !== undefined && state.since <= wanted.since)
  return true
}

/** The payloads that bring a new tab to where the others are. */
export function replay(state: TopicState): LivePayload[] {
  switch (state.kind) {
    case 'deployments':
      return state.rows ? [{ topic: 'deployments', full: true, rows: state.rows }] : []
    case 'droplets':
      return state.rows ? [{ topic: 'droplets', rows: state.rows }] : []
    case 'deployment':
      return state.events.length > 0 ? [{ topic: 'deployment', id: state.id, events: state.events }] : []
    case 'logs': {
      const lines: LivePayload[] = state.lines.length > 0 ? [{ topic: 'logs', id: state.id, lines: state.lines }] : []
      return state.ended === null ? lines : [...lines, { topic: 'logs.ended', id: state.id, reason: state.ended }]
    }
    case 'validation':
      return state.validation ? [{ topic: 'validation', id: state.id, validation: state.validation }] : []
  }
}

interface Taken {
  state: TopicState
  /** What the tabs get: only what is new; null when nothing is. */
  forward: LivePayload | null
  /** Numbers are missing between what is held and what came: the stream must resume. */
  gap: boolean
}

export function takePayload(state: TopicState, payload: LivePayload): Taken {
  const same = (forward: LivePayload | null): Taken => ({ state, forward, gap: false })
  if (payload.topic === 'deployments' && state.kind === 'deployments') {
    const rows = payload.full ? payload.rows : mergeRows(state.rows ?? [], payload.rows)
    return { state: { ...state, rows }, forward: payload, gap: false }
  }
  if (payload.topic === 'droplets' && state.kind === 'droplets')
    return { state: { ...state, rows: payload.rows }, forward: payload, gap: false }
  if (payload.topic === 'validation' && state.kind === 'validation')
    return { state: { ...state, validation: payload.validation }, forward: payload, gap: false }
  if (payload.topic === 'deployment' && state.kind === 'deployment') return takeEvents(state, payload.events)
  if (payload.topic === 'logs' && state.kind === 'logs') {
    const lines = newLines(state.lines, payload.lines)
    if (lines.length === 0) return same(null)
    const held = [...state.lines, ...lines].slice(-LOG_LINES_MAX)
    return { state: { ...state, lines: held, ended: null }, forward: { ...payload, lines }, gap: false }
  }
  if (payload.topic === 'logs.ended' && state.kind === 'logs')
    return { state: { ...state, ended: payload.reason }, forward: payload, gap: false }
  return same(payload.topic === 'error' ? payload : null)
}

function takeEvents(state: Extract<TopicState, { kind: 'deployment' }>, events: DeploymentEvent[]): Taken {
  const last = newest(state)
  const fresh = events.filter((event) => event.n > last)
  const [first] = fresh
  if (!first) return { state, forward: null, gap: false }
  if (first.n > last + 1) return { state, forward: null, gap: true }
  return {
    state: { ...state, events: [...state.events, ...fresh] },
    forward: { topic: 'deployment', id: state.id, events: fresh },
    gap: false,
  }
}

/** Changed rows replace theirs; unknown ones come first, as the newest. */
export function mergeRows(rows: DeploymentSummary[], changed: DeploymentSummary[]): DeploymentSummary[] {
  const byId = new Map(changed.map((row) => [row.deploymentId, row]))
  const kept = rows.map((row) => {
    const next = byId.get(row.deploymentId)
    byId.delete(row.deploymentId)
    return next ?? row
  })
  return [...byId.values(), ...kept]
}

/**
 * Lines that are not held yet. A resumed log repeats the instant where it stopped (the server's `since` is inclusive,
 * and several lines may share a millisecond), so lines of that instant count only beyond those already held.
 */
export function newLines(held: LogLineView[], lines: LogLineView[]): LogLineView[] {
  const last = held.at(-1)?.at.getTime()
  if (last === undefined) return lines
  const known = new Map<string, number>()
  for (const line of held) if (line.at.getTime() === last) known.set(line.text, (known.get(line.text) ?? 0) + 1)
  return lines.filter((line) => {
    const at = line.at.getTime()
    if (at !== last) return at > last
    const count = known.get(line.text) ?? 0
    if (count > 0) known.set(line.text, count - 1)
    return count === 0
  })
}
