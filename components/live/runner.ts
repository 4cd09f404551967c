/** Runs a hub: feeds the reducer, carries out its effects, holds the one stream and its timers. */
import type { LiveTopic } from '#server/api/views.ts'
import { type Effect, emptyHub, type HubEvent, reduce } from './hub.ts'
import { SILENT_TAB_MS, type TabId, type ToHub, type ToTab } from './protocol.ts'

export interface StreamHandlers {
  onEvent: (event: Extract<HubEvent, { type: 'payload' | 'status' }>) => void
  /** The stream is over; it is not opened again until the hub says so. */
  onBroken: () => void
}

interface RunnerOptions {
  send: (tab: TabId, message: ToTab) => void
  openStream: (topics: LiveTopic[], handlers: StreamHandlers) => () => void
  /** Signed out: nothing more will come. */
  onEnd: () => void
}

export interface Runner {
  receive: (tab: TabId, message: ToHub) => void
  tabDied: (tab: TabId) => void
}

/** A page that opens subscribes to several topics at once: one stream for all of them. */
const OPEN_AFTER_MS = 20
const RETRY_FIRST_MS = 500
const RETRY_MAX_MS = 15_000

export function startRunner(options: RunnerOptions): Runner {
  let state = emptyHub
  let close: (() => void) | undefined
  let opening: ReturnType<typeof setTimeout> | undefined
  let retrying: ReturnType<typeof setTimeout> | undefined
  let failures = 0

  const stop = () => {
    clearTimeout(opening)
    clearTimeout(retrying)
    close?.()
    close = undefined
  }
  const open = (topics: LiveTopic[]) => {
    clearTimeout(opening)
    opening = setTimeout(() => {
      stop()
      close = options.openStream(topics, {
        onEvent: (event) => {
          if (event.type === 'payload') failures = 0
          feed(event)
        },
        onBroken: () => {
          stop()
          feed({ type: 'status', status: 'offline' })
          const pauseMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures)
          failures += 1
          // Spread, so that the browsers of a restarted server do not come back at the same instant.
          retrying = setTimeout(() => feed({ type: 'retry' }), pauseMs * (0.75 + Math.random() / 2))
        },
      })
    }, OPEN_AFTER_MS)
  }
  const run = (effect: Effect) => {
    switch (effect.type) {
      case 'send':
        return options.send(effect.tab, effect.message)
      case 'watch':
        return watchLock(effect.lock, () => feed({ type: 'tab-died', tab: effect.tab }))
      case 'open':
        return open(effect.topics)
      case 'close':
        return stop()
      case 'end':
        clearInterval(sweeping)
        globalThis.removeEventListener('online', onOnline)
        return options.onEnd()
    }
  }
  const feed = (event: HubEvent) => {
    const [next, effects] = reduce(state, event)
    state = next
    for (const effect of effects) run(effect)
  }
  const sweeping = setInterval(() => feed({ type: 'sweep', nowMs: Date.now() }), SILENT_TAB_MS)
  const onOnline = () => {
    if (state.status !== 'offline') return
    failures = 0
    feed({ type: 'retry' })
  }
  globalThis.addEventListener('online', onOnline)

  return {
    receive: (tab, message) => feed({ type: 'message', tab, message, nowMs: Date.now() }),
    tabDied: (tab) => feed({ type: 'tab-died', tab }),
  }
}

/** A tab holds its lock while it lives; the browser frees it however the tab ends. */
function watchLock(name: string, onFree: () => void): void {
  navigator.locks.request(name, { mode: 'shared' }, onFree).catch(onFree)
}
