/** A tab's end of the live stream: who listens to which topic, and what to tell the hub. */
import type { LivePayload, LiveTopic } from '#server/api/views.ts'
import { ALIVE_EVERY_MS, type LiveStatus, type ToHub, type TopicKey, type ToTab, topicKey } from './protocol.ts'
import { connect, type Transport } from './transport.ts'

type Listener = (payload: LivePayload) => void

interface Topic {
  topic: LiveTopic
  listeners: Set<Listener>
}

export interface LiveClient {
  subscribe: (topic: LiveTopic, listener: Listener) => () => void
  status: () => LiveStatus
  onStatus: (listener: () => void) => () => void
  /** Tells every tab of this browser that the session is over. */
  signOut: () => void
  close: () => void
}

export function createLiveClient(person: string): LiveClient {
  const topics = new Map<TopicKey, Topic>()
  const statusListeners = new Set<() => void>()
  let status: LiveStatus = 'connecting'
  let lock: string | null = null
  let introduced = false
  let closed = false

  const transport: Transport = connect(person, receive)
  const send = (message: ToHub) => introduced && transport.send(message)

  const introduce = () => {
    if (closed) return
    introduced = true
    transport.send({ type: 'hello', lock })
    for (const { topic } of topics.values()) transport.send({ type: 'subscribe', topic })
  }
  function receive(message: ToTab) {
    if (message.type === 'introduce') return void (introduced && introduce())
    if (message.type === 'status') {
      status = message.status
      for (const listener of statusListeners) listener()
      return
    }
    for (const listener of topics.get(message.key)?.listeners ?? []) listener(message.payload)
  }

  const release = holdLock((name) => {
    lock = name
    introduce()
  })
  const beating = setInterval(() => lock === null && send({ type: 'alive' }), ALIVE_EVERY_MS)
  const bye = () => send({ type: 'bye' })
  const back = (event: PageTransitionEvent) => event.persisted && introduce()
  addEventListener('pagehide', bye)
  addEventListener('pageshow', back)

  return {
    subscribe: (topic, listener) => {
      const key = topicKey(topic)
      const held = topics.get(key)
      if (held) held.listeners.add(listener)
      else topics.set(key, { topic, listeners: new Set([listener]) })
      // Also for a second listener: the hub answers with what it holds, which brings this one up to date.
      send({ type: 'subscribe', topic })
      return () => {
        const current = topics.get(key)
        current?.listeners.delete(listener)
        if (!current || current.listeners.size > 0) return
        topics.delete(key)
        send({ type: 'unsubscribe', key })
      }
    },
    status: () => status,
    onStatus: (listener) => {
      statusListeners.add(listener)
      return () => void statusListeners.delete(listener)
    },
    signOut: () => send({ type: 'sign-out' }),
    close: () => {
      bye()
      closed = true
      clearInterval(beating)
      removeEventListener('pagehide', bye)
      removeEventListener('pageshow', back)
      release()
      transport.close()
    },
  }
}

/** Holds a lock of its own for as long as the tab lives; calls back with null where there are no locks (plain http). */
function holdLock(onHeld: (name: string | null) => void): () => void {
  if (!('locks' in navigator)) {
    queueMicrotask(() => onHeld(null))
    return () => undefined
  }
  const name = `berth-tab-${crypto.randomUUID()}`
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  navigator.locks
    .request(name, () => {
      onHeld(name)
      return held
    })
    .catch(() => onHeld(null))
  return release
}
