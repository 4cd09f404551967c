import { HydrationBoundary } from '@tanstack/react-query'
import { prefetch } from '#app/server-data.ts'
import { AdminPlacementView } from '#components/placement/admin-view.tsx'
import { DAYS_AT_FIRST } from '#components/placement/days.ts'

export const metadata = { title: 'Placement' }

export default async function AdminPlacementPage() {
  const state = await prefetch((trpc) => [
    trpc.admin.placement.effectiveness.queryOptions({ days: DAYS_AT_FIRST }),
    trpc.selection.strategies.queryOptions(),
  ])
  return (
    <HydrationBoundary state={state}>
      <AdminPlacementView />
    </HydrationBoundary>
  )
}
