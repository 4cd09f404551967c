/** How a tab reaches the hub: a SharedWorker, else the tab that leads, else a hub of its own. */
import type { ToHub, ToTab } from './protocol.ts'
import { type Runner, startRunner } from './runner.ts'
import { openLiveStream } from './stream.ts'

export interface Transport {
  send: (message: ToHub) => void
  close: () => void
}

/** @param person id of the user: another one's tabs must never meet this hub */
export function connect(person: string, onMessage: (message: ToTab) => void): Transport {
  if (typeof SharedWorker !== 'undefined') return sharedWorker(person, onMessage)
  if (typeof BroadcastChannel !== 'undefined' && 'locks' in navigator) return elected(person, onMessage)
  return alone(onMessage)
}

/** A worker whose script could not be fetched is started again after this long. */
const WORKER_RETRY_MS = 2000

function sharedWorker(person: string, onMessage: (message: ToTab) => void): Transport {
  let port: MessagePort
  let retrying: ReturnType<typeof setTimeout> | undefined
  const start = () => {
    const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
      type: 'module',
      name: `berth-live-${person}`,
    })
    port = worker.port
    port.onmessage = (event: MessageEvent<ToTab>) => onMessage(event.data)
    // Fires when the script could not be fetched, as when the network goes just after the page came.
    worker.onerror = () => {
      onMessage({ type: 'status', status: 'offline' })
      retrying = setTimeout(() => {
        start()
        onMessage({ type: 'introduce' })
      }, WORKER_RETRY_MS)
    }
  }
  start()
  return {
    send: (message) => port.postMessage(message),
    close: () => {
      clearTimeout(retrying)
      port.close()
    },
  }
}

type Note =
  | { to: 'hub'; from: string; message: ToHub }
  | { to: 'tab'; tab: string; message: ToTab }
  /** A new leader: every tab introduces itself. */
  | { to: 'all' }

function elected(person: string, onMessage: (message: ToTab) => void): Transport {
  const name = `berth-live-${person}`
  const channel = new BroadcastChannel(name)
  const me = crypto.randomUUID()
  const stepDown = new AbortController()
  let runner: Runner | undefined

  const deliver = (tab: string, message: ToTab) =>
    tab === me ? onMessage(message) : channel.postMessage({ to: 'tab', tab, message } satisfies Note)
  channel.onmessage = ({ data }: MessageEvent<Note>) => {
    if (data.to === 'hub') runner?.receive(data.from, data.message)
    else if (data.to === 'all') onMessage({ type: 'introduce' })
    else if (data.tab === me) onMessage(data.message)
  }
  navigator.locks
    .request(name, { signal: stepDown.signal }, () => {
      const led = new Promise<void>((resolve) => {
        stepDown.signal.addEventListener('abort', () => resolve())
        runner = startRunner({ send: deliver, openStream: openLiveStream, onEnd: resolve })
      })
      channel.postMessage({ to: 'all' } satisfies Note)
      onMessage({ type: 'introduce' })
      return led
    })
    .catch(() => undefined)
  return {
    send: (message) =>
      runner ? runner.receive(me, message) : channel.postMessage({ to: 'hub', from: me, message } satisfies Note),
    close: () => {
      stepDown.abort()
      channel.close()
    },
  }
}

function alone(onMessage: (message: ToTab) => void): Transport {
  const runner = startRunner({
    send: (_tab, message) => onMessage(message),
    openStream: openLiveStream,
    onEnd: () => undefined,
  })
  return { send: (message) => runner.receive('self', message), close: () => runner.tabDied('self') }
}
