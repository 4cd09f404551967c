'use client'
import { useSyncExternalStore } from 'react'

interface Clock {
  now: number
  listeners: Set<() => void>
  timer: ReturnType<typeof setInterval> | undefined
}
/** One timer for each pace, however many watch it. */
const clocks = new Map<number, Clock>()

function clockOf(everyMs: number): Clock {
  const held = clocks.get(everyMs)
  if (held) return held
  const made: Clock = { now: Date.now(), listeners: new Set(), timer: undefined }
  clocks.set(everyMs, made)
  return made
}

/** The time, looked at every `everyMs`; 0 stops the clock. */
export function useNow(everyMs: number): number {
  return useSyncExternalStore(
    (listener) => {
      const clock = clockOf(everyMs)
      clock.listeners.add(listener)
      if (everyMs > 0 && clock.timer === undefined) {
        clock.now = Date.now()
        clock.timer = setInterval(() => {
          clock.now = Date.now()
          for (const each of clock.listeners) each()
        }, everyMs)
      }
      return () => {
        clock.listeners.delete(listener)
        if (clock.listeners.size > 0) return
        clearInterval(clock.timer)
        clock.timer = undefined
      }
    },
    () => clockOf(everyMs).now,
    () => Date.now(),
  )
}
