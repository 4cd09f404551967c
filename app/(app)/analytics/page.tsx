import { HydrationBoundary } from '@tanstack/react-query'
import { prefetch } from '#app/server-data.ts'
import { AnalyticsView } from '#components/placement/analytics-view.tsx'
import { DAYS_AT_FIRST } from '#components/placement/days.ts'

export const metadata = { title: 'Analytics' }

export default async function AnalyticsPage() {
  const state = await prefetch((trpc) => [trpc.selection.effectiveness.queryOptions({ days: DAYS_AT_FIRST })])
  return (
    <HydrationBoundary state={state}>
      <AnalyticsView />
    </HydrationBoundary>
  )
}
