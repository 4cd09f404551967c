import { HydrationBoundary } from '@tanstack/react-query'
import { prefetch } from '#app/server-data.ts'
import { PlanFleet } from '#components/placement/plan-view.tsx'

export const metadata = { title: 'Plan a fleet' }

export default async function PlanPage() {
  const state = await prefetch((trpc) => [trpc.templates.list.queryOptions({})])
  return (
    <HydrationBoundary state={state}>
      <PlanFleet />
    </HydrationBoundary>
  )
}
