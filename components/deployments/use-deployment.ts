'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { useLive } from '#components/live/provider.tsx'
import { useTRPC } from '#components/trpc/client.tsx'
import type { DeploymentEvent } from '#server/deployments/event-types.ts'
import { foldProgress } from './steps-model.ts'

/** After these, the view holds something that no event carries: endpoint, tools, tokens, droplet. */
const CHANGES_VIEW = new Set<DeploymentEvent['type']>([
  'state',
  'step.succeeded',
  'tools.listed',
  'token.created',
  'token.revoked',
  'health.changed',
  'template.warning',
])

/** A deployment, its events, and what follows from both, kept current by the stream. */
export function useDeployment(deploymentId: string) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const view = useQuery(trpc.deployments.get.queryOptions({ deploymentId }))
  const history = useQuery(trpc.deployments.events.queryOptions({ deploymentId }))
  const events = history.data?.events ?? NONE

  const refreshView = useGathered(() => {
    void queryClient.invalidateQueries({ queryKey: trpc.deployments.get.queryKey({ deploymentId }) })
  })

  // Only once the history is here: the stream then goes on right behind it.
  const after = events.at(-1)?.n ?? 0
  useLive(history.data ? { kind: 'deployment', id: deploymentId, after } : null, (payload) => {
    if (payload.topic !== 'deployment') return
    queryClient.setQueryData(trpc.deployments.events.queryKey({ deploymentId }), (held) => {
      const last = held?.events.at(-1)?.n ?? 0
      const fresh = payload.events.filter((event) => event.n > last)
      return fresh.length > 0 ? { events: [...(held?.events ?? []), ...fresh] } : held
    })
    if (payload.events.some((event) => CHANGES_VIEW.has(event.type))) refreshView()
    if (payload.events.some((event) => event.type === 'step.succeeded' && event.data.step === 'droplet-selection'))
      void queryClient.invalidateQueries({ queryKey: trpc.deployments.placement.queryKey({ deploymentId }) })
  })

  const progress = useMemo(() => (view.data ? foldProgress(view.data, events) : null), [view.data, events])
  return { view, events, progress }
}

const NONE: DeploymentEvent[] = []

/** Several events of one step ask for one look at the view, soon after the first. */
const GATHER_MS = 120

function useGathered(work: () => void): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      work()
    }, GATHER_MS)
  }
}
