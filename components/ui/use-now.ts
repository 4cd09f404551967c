'use client'
import { useSyncExternalStore } from 'react'

interface Clock {
  subscribe: (listener: () => void) => () => void
  now: () => number
}
/** One timer for each pace, however many watch it. */
const clocks = new Map<number, Clock>()

function clockOf(everyMs: number): Clock {
  const held = clocks.get(everyMs)
  if (held) return held
  const made = makeClock(everyMs)
  clocks.set(everyMs, made)
  return made
}

function makeClock(everyMs: number): Clock {
  const listeners = new Set<() => void>()
  let now = Date.now()
  let timer: ReturnType<typeof setInterval> | undefined
  const tick = () => {
    now = Date.now()
    for (const listener of listeners) listener()
  }
  return {
    now: () => now,
    // Its identity must not change between renders: each change would subscribe anew.
    subscribe: (listener) => {
      listeners.add(listener)
      if (everyMs > 0 && timer === undefined) {
        now = Date.now()
        timer = setInterval(tick, everyMs)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}

/** The time, looked at every `everyMs`; 0 stops the clock. */
export function useNow(everyMs: number): number {
  const clock = clockOf(everyMs)
  return useSyncExternalStore(clock.subscribe, clock.now, Date.now)
}
