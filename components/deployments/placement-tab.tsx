'use client'
import { useQuery } from '@tanstack/react-query'
import { Scale } from 'lucide-react'
import { DecisionView } from '#components/placement/decision-view.tsx'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export function PlacementTab({ deploymentId }: { deploymentId: string }) {
  const trpc = useTRPC()
  const { data, error, isPending, refetch } = useQuery(trpc.deployments.placement.queryOptions({ deploymentId }))
  if (error)
    return (
      <div className="p-4">
        <QueryError error={error} retry={refetch} />
      </div>
    )
  if (isPending)
    return (
      <div className="grid gap-3 p-4">
        <Skeleton className="h-5 w-2/3" />
        <Skeleton className="h-24" />
      </div>
    )
  if (!data)
    return (
      <EmptyState icon={Scale} title="Not decided yet">
        The reasons stand here as soon as the second step has chosen.
      </EmptyState>
    )
  return <DecisionView decision={data} />
}
