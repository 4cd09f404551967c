'use client'
import { useState } from 'react'
import { useLive } from '#components/live/provider.tsx'
import { newLines } from '#components/live/topic-state.ts'
import type { LogLineView } from '#server/api/views.ts'
import { appendLog, emptyLog, type LogBuffer } from './log-model.ts'

interface Logs {
  log: LogBuffer
  /** Lines that came while the reader paused. */
  held: LogLineView[]
  ended: string | null
}

/** The container's lines while the tab is open. A replay of the hub repeats lines, which are taken once. */
export function useLogs(deploymentId: string) {
  const [paused, setPausedState] = useState(false)
  const [{ log, held, ended }, set] = useState<Logs>({ log: emptyLog, held: [], ended: null })
  useLive({ kind: 'logs', id: deploymentId }, (payload) => {
    if (payload.topic === 'logs')
      set((before) => {
        const fresh = newLines([...before.log.lines, ...before.held], payload.lines)
        return paused
          ? { ...before, ended: null, held: [...before.held, ...fresh] }
          : { ...before, ended: null, log: appendLog(before.log, fresh) }
      })
    if (payload.topic === 'logs.ended') set((before) => ({ ...before, ended: payload.reason }))
  })
  const setPaused = (next: boolean) => {
    setPausedState(next)
    if (!next) set((before) => ({ ...before, held: [], log: appendLog(before.log, before.held) }))
  }
  return { lines: log.lines, held: held.length, ended, paused, setPaused }
}
