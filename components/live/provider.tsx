'use client'
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useEffectEvent,
  useState,
  useSyncExternalStore,
} from 'react'
import { leave } from '#components/trpc/client.tsx'
import type { LivePayload, LiveTopic } from '#server/api/views.ts'
import { createLiveClient, type LiveClient } from './client.ts'
import { type LiveStatus, topicKey } from './protocol.ts'

const Live = createContext<LiveClient | null>(null)

export function LiveProvider({ person, children }: { person: string; children: ReactNode }) {
  const [client, setClient] = useState<LiveClient | null>(null)
  useEffect(() => {
    const made = createLiveClient(person)
    const stop = made.onStatus(() => made.status() === 'signed-out' && leave())
    setClient(made)
    return () => {
      stop()
      made.close()
    }
  }, [person])
  return <Live.Provider value={client}>{children}</Live.Provider>
}

/** Listens to a topic while the component stands; null listens to nothing. */
export function useLive(topic: LiveTopic | null, onPayload: (payload: LivePayload) => void): void {
  const client = useContext(Live)
  const handle = useEffectEvent(onPayload)
  const key = topic ? topicKey(topic) : null
  const [start] = useStart(topic, key)
  useEffect(() => {
    if (client && start) return client.subscribe(start, handle)
  }, [client, start])
}

/** Where a topic starts is fixed when it is first asked for; what arrives later moves on by itself. */
function useStart(topic: LiveTopic | null, key: string | null) {
  const [held, setHeld] = useState({ key, topic })
  if (held.key !== key) setHeld({ key, topic })
  return [held.key === key ? held.topic : topic]
}

const never = () => () => undefined

export function useLiveStatus(): LiveStatus {
  const client = useContext(Live)
  return useSyncExternalStore(
    client?.onStatus ?? never,
    () => client?.status() ?? 'connecting',
    () => 'connecting',
  )
}

export function useLiveSignOut(): () => void {
  const client = useContext(Live)
  return () => client?.signOut()
}
