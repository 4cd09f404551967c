'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '#components/trpc/client.tsx'
import { useLive } from './provider.tsx'
import { mergeRows } from './topic-state.ts'

/** The user's deployments, newest first, kept current by the stream. */
export function useDeployments() {
  const trpc = useTRPC()
  return useQuery(trpc.deployments.list.queryOptions())
}

/** The user's droplets, kept current by the stream while a page shows them. */
export function useDroplets() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  useLive({ kind: 'droplets' }, (payload) => {
    if (payload.topic === 'droplets') queryClient.setQueryData(trpc.droplets.list.queryKey(), payload.rows)
  })
  return useQuery(trpc.droplets.list.queryOptions())
}

/** Once a page: patches the list of deployments, and what follows from it, from the stream. */
export function useDeploymentsStream(): void {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  useLive({ kind: 'deployments' }, (payload) => {
    if (payload.topic !== 'deployments') return
    const key = trpc.deployments.list.queryKey()
    const before = queryClient.getQueryData(key) ?? []
    const rows = (payload.full ? payload.rows : mergeRows(before, payload.rows)).filter(
      (row) => row.state !== 'deleted',
    )
    queryClient.setQueryData(key, rows)
    const states = new Map(before.map((row) => [row.deploymentId, row.state]))
    const moved = payload.rows.filter((row) => states.get(row.deploymentId) !== row.state)
    // What a card says about cost depends on what stands; ask again only when something came up or went.
    if (moved.some((row) => SETTLED.has(row.state))) {
      void queryClient.invalidateQueries({ queryKey: trpc.templates.pathKey() })
      void queryClient.invalidateQueries({ queryKey: trpc.selection.pathKey() })
    }
  })
}

const SETTLED = new Set<string>(['healthy', 'failed', 'cancelled', 'stopped', 'deleted'])
