/**
 * Live data for every tab through one stream.
 *
 *   tab (client.ts) ──ToHub──▶ hub (hub.ts, pure) ──effects──▶ runner.ts ──▶ one live.stream (stream.ts)
 *   tab             ◀──ToTab── hub                ◀──payloads──
 *
 * The hub runs in a SharedWorker (worker.ts); where there is none, in the tab that holds a Web Lock, reached by
 * BroadcastChannel (both in transport.ts). HTTP/1.1 gives a browser six connections to an origin, so a stream for each tab would
 * leave the seventh tab dead.
 *
 * Promises: one stream a browser however many tabs; a topic that a second tab asks for is answered from what the hub
 * holds; after a lost connection each topic resumes behind its last event; a dead tab's topics are dropped; sign-out
 * ends the stream and every tab.
 */
import type { LivePayload, LiveTopic } from '#server/api/views.ts'

export type TabId = string
export type TopicKey = string

/** Two tabs that watch the same thing share a topic, wherever each wants to start. */
export const topicKey = (topic: LiveTopic): TopicKey => ('id' in topic ? `${topic.kind}:${topic.id}` : topic.kind)

/** Which topic a payload belongs to. */
export function payloadKey(payload: LivePayload): TopicKey {
  switch (payload.topic) {
    case 'deployments':
    case 'droplets':
      return payload.topic
    case 'deployment':
      return `deployment:${payload.id}`
    case 'logs':
    case 'logs.ended':
      return `logs:${payload.id}`
    case 'validation':
      return `validation:${payload.id}`
    case 'error':
      return topicKey(payload.of)
  }
}

export type LiveStatus = 'connecting' | 'live' | 'offline' | 'signed-out'

export type ToHub =
  /** `lock`: name of a Web Lock that the tab holds while it lives; null where locks are missing. */
  | { type: 'hello'; lock: string | null }
  | { type: 'subscribe'; topic: LiveTopic }
  | { type: 'unsubscribe'; key: TopicKey }
  /** Where there are no locks: sent every `ALIVE_EVERY_MS`. */
  | { type: 'alive' }
  | { type: 'bye' }
  | { type: 'sign-out' }

export type ToTab =
  | { type: 'payload'; key: TopicKey; payload: LivePayload }
  | { type: 'status'; status: LiveStatus }
  /** The hub does not know this tab (it was taken for dead): say hello and subscribe again. */
  | { type: 'introduce' }

export const ALIVE_EVERY_MS = 20_000
/** Browsers slow the timers of hidden tabs to one a minute; two missed beats and some. */
export const SILENT_TAB_MS = 150_000
/** The server refuses longer lists. */
export const TOPICS_MAX = 64
/** Lines of a container that the hub keeps for the next tab. */
export const LOG_LINES_MAX = 2000
