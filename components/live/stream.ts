/** The one `live.stream` subscription: tRPC over EventSource, which resumes by its own cursor after a lost connection. */
import { createTRPCClient, httpSubscriptionLink } from '@trpc/client'
import superjson from 'superjson'
import type { AppRouter } from '#server/api/root.ts'
import type { LivePayload, LiveTopic } from '#server/api/views.ts'
import type { StreamHandlers } from './runner.ts'

const client = () =>
  createTRPCClient<AppRouter>({
    links: [httpSubscriptionLink({ url: new URL('/api/trpc', location.origin).href, transformer: superjson })],
  })

export function openLiveStream(topics: LiveTopic[], { onEvent, onBroken }: StreamHandlers): () => void {
  let open = true
  const broken = async () => {
    if (!open) return
    open = false
    subscription.unsubscribe()
    if (await signedOut()) onEvent({ type: 'status', status: 'signed-out' })
    else onBroken()
  }
  const subscription = client().live.stream.subscribe(
    { topics },
    {
      onData: (message: { data: LivePayload }) => open && onEvent({ type: 'payload', payload: message.data }),
      onConnectionStateChange: ({ state, error }) => {
        if (!open) return
        if (state === 'pending') onEvent({ type: 'status', status: 'live' })
        if (state === 'connecting') onEvent({ type: 'status', status: error ? 'offline' : 'connecting' })
      },
      onError: broken,
      onComplete: broken,
    },
  )
  return () => {
    open = false
    subscription.unsubscribe()
  }
}

/** EventSource hides the status of a refused request; a plain call tells a lost session from a lost network. */
async function signedOut(): Promise<boolean> {
  try {
    return (await fetch('/api/trpc/settings.me', { headers: { accept: 'application/json' } })).status === 401
  } catch {
    return false
  }
}
