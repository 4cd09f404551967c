/** The hub as a pure reducer: what came in → the next state and what to do. No timers, no ports, no clock. */
import type { LivePayload, LiveTopic } from '#server/api/views.ts'
import {
  type LiveStatus,
  payloadKey,
  SILENT_TAB_MS,
  type TabId,
  TOPICS_MAX,
  type ToHub,
  type TopicKey,
  type ToTab,
  topicKey,
} from './protocol.ts'
import { covers, replay, resumeTopic, startTopic, type TopicState, takePayload } from './topic-state.ts'

interface Tab {
  lock: string | null
  lastSeenMs: number
  topics: ReadonlySet<TopicKey>
}

export interface HubState {
  tabs: ReadonlyMap<TabId, Tab>
  topics: ReadonlyMap<TopicKey, TopicState>
  status: LiveStatus
}

export type HubEvent =
  | { type: 'message'; tab: TabId; message: ToHub; nowMs: number }
  | { type: 'payload'; payload: LivePayload }
  | { type: 'status'; status: LiveStatus }
  /** The stream broke and its pause is over. */
  | { type: 'retry' }
  | { type: 'tab-died'; tab: TabId }
  | { type: 'sweep'; nowMs: number }

export type Effect =
  | { type: 'send'; tab: TabId; message: ToTab }
  /** Watch the tab's lock: when it is free, the tab is gone. */
  | { type: 'watch'; tab: TabId; lock: string }
  /** Replace the stream by one with these topics. */
  | { type: 'open'; topics: LiveTopic[] }
  | { type: 'close' }
  /** Signed out: stop for good. */
  | { type: 'end' }

export const emptyHub: HubState = { tabs: new Map(), topics: new Map(), status: 'connecting' }

type Result = [HubState, Effect[]]

export function reduce(state: HubState, event: HubEvent): Result {
  switch (event.type) {
    case 'message':
      return onMessage(state, event.tab, event.message, event.nowMs)
    case 'payload':
      return onPayload(state, event.payload)
    case 'status':
      return onStatus(state, event.status)
    case 'retry':
      return [state, stream(state)]
    case 'tab-died':
      return dropTabs(state, [event.tab])
    case 'sweep':
      return dropTabs(
        state,
        [...state.tabs]
          .filter(([, tab]) => !tab.lock && event.nowMs - tab.lastSeenMs > SILENT_TAB_MS)
          .map(([id]) => id),
      )
  }
}

function onMessage(state: HubState, id: TabId, message: ToHub, nowMs: number): Result {
  if (message.type === 'hello') {
    const tabs = new Map(state.tabs).set(id, { lock: message.lock, lastSeenMs: nowMs, topics: new Set() })
    const effects: Effect[] = [{ type: 'send', tab: id, message: { type: 'status', status: state.status } }]
    if (message.lock) effects.push({ type: 'watch', tab: id, lock: message.lock })
    return [{ ...state, tabs }, effects]
  }
  if (message.type === 'bye') return dropTabs(state, [id])
  if (message.type === 'sign-out') return onStatus(state, 'signed-out')
  const tab = state.tabs.get(id)
  if (!tab) return [state, [{ type: 'send', tab: id, message: { type: 'introduce' } }]]
  const seen = { ...state, tabs: new Map(state.tabs).set(id, { ...tab, lastSeenMs: nowMs }) }
  if (message.type === 'subscribe') return subscribe(seen, id, message.topic)
  if (message.type === 'unsubscribe') return withTopics(seen, id, without(tab.topics, message.key))
  return [seen, []]
}

function subscribe(state: HubState, id: TabId, topic: LiveTopic): Result {
  const key = topicKey(topic)
  const tab = state.tabs.get(id)
  if (!tab) return [state, []]
  const tabs = new Map(state.tabs).set(id, { ...tab, topics: new Set(tab.topics).add(key) })
  const held = state.topics.get(key)
  if (held && covers(held, topic)) {
    const effects = replay(held).map(
      (payload): Effect => ({ type: 'send', tab: id, message: { type: 'payload', key, payload } }),
    )
    return [{ ...state, tabs }, effects]
  }
  const next = { ...state, tabs, topics: new Map(state.topics).set(key, startTopic(topic)) }
  return [next, stream(next)]
}

function onPayload(state: HubState, payload: LivePayload): Result {
  const key = payloadKey(payload)
  const held = state.topics.get(key)
  if (!held) return [state, []]
  const taken = takePayload(held, payload)
  const next = { ...state, topics: new Map(state.topics).set(key, taken.state) }
  if (taken.gap) return [next, stream(next)]
  const { forward } = taken
  if (!forward) return [next, []]
  const effects: Effect[] = []
  for (const [tab, { topics }] of state.tabs)
    if (topics.has(key)) effects.push({ type: 'send', tab, message: { type: 'payload', key, payload: forward } })
  return [next, effects]
}

function onStatus(state: HubState, status: LiveStatus): Result {
  if (status === state.status || state.status === 'signed-out') return [state, []]
  const effects: Effect[] = [...state.tabs.keys()].map((tab) => ({
    type: 'send',
    tab,
    message: { type: 'status', status },
  }))
  if (status === 'signed-out') effects.push({ type: 'close' }, { type: 'end' })
  return [{ ...state, status }, effects]
}

function dropTabs(state: HubState, ids: TabId[]): Result {
  const gone = ids.filter((id) => state.tabs.has(id))
  if (gone.length === 0) return [state, []]
  const tabs = new Map(state.tabs)
  for (const id of gone) tabs.delete(id)
  return pruned({ ...state, tabs })
}

function withTopics(state: HubState, id: TabId, topics: ReadonlySet<TopicKey>): Result {
  const tab = state.tabs.get(id)
  return tab ? pruned({ ...state, tabs: new Map(state.tabs).set(id, { ...tab, topics }) }) : [state, []]
}

/** Topics that no tab wants any more leave; the stream shrinks with them. */
function pruned(state: HubState): Result {
  const wanted = new Set([...state.tabs.values()].flatMap((tab) => [...tab.topics]))
  const topics = new Map([...state.topics].filter(([key]) => wanted.has(key)))
  if (topics.size === state.topics.size) return [state, []]
  const next = { ...state, topics }
  return [next, stream(next)]
}

const stream = (state: HubState): Effect[] =>
  state.status === 'signed-out'
    ? []
    : state.topics.size === 0
      ? [{ type: 'close' }]
      : [{ type: 'open', topics: [...state.topics.values()].slice(0, TOPICS_MAX).map(resumeTopic) }]

function without<T>(set: ReadonlySet<T>, value: T): Set<T> {
  const copy = new Set(set)
  copy.delete(value)
  return copy
}
