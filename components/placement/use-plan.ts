'use client'
import { useEffect, useRef, useState } from 'react'
import { useTRPCClient } from '#components/trpc/client.tsx'
import { type PageError, pageError } from '#components/trpc/errors.ts'
import type { PlanView } from '#server/api/views-placement.ts'
import { BUDGETS_MS, better, type PlanItem } from './plan-model.ts'

export interface PlanAsked {
  items: PlanItem[]
  mode: PlanView['mode']
}

export interface Planning {
  plan: PlanView | null
  refused: PageError | null
  running: boolean
  start: (asked: PlanAsked) => void
  cancel: () => void
}

/** A good plan at once, better ones while one looks at it; leaving or cancelling ends the search on the server too. */
export function usePlan(): Planning {
  const client = useTRPCClient()
  const search = useRef<AbortController | null>(null)
  const [plan, setPlan] = useState<PlanView | null>(null)
  const [refused, setRefused] = useState<PageError | null>(null)
  const [running, setRunning] = useState(false)
  useEffect(() => () => search.current?.abort(), [])

  const start = async (asked: PlanAsked) => {
    search.current?.abort()
    const own = new AbortController()
    search.current = own
    setPlan(null)
    setRefused(null)
    setRunning(true)
    try {
      for (const budgetMs of BUDGETS_MS) {
        const answer = await client.selection.plan.query({ ...asked, budgetMs }, { signal: own.signal })
        if (own.signal.aborted) return
        setPlan((before) => better(before, answer))
        // Proven to be the least: more time finds nothing.
        if (answer.gap === 0) break
      }
    } catch (error) {
      if (!own.signal.aborted) setRefused(pageError(error))
    } finally {
      if (search.current === own) setRunning(false)
    }
  }
  return {
    plan,
    refused,
    running,
    start: (asked) => void start(asked),
    cancel: () => {
      search.current?.abort()
      setRunning(false)
    },
  }
}
