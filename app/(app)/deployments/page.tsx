import { HydrationBoundary } from '@tanstack/react-query'
import { prefetch } from '#app/server-data.ts'
import { DeploymentsView } from '#components/deployments/deployments-view.tsx'

export const metadata = { title: 'Deployments' }

export default async function DeploymentsPage() {
  const state = await prefetch((trpc) => [trpc.deployments.list.queryOptions(), trpc.templates.list.queryOptions()])
  return (
    <HydrationBoundary state={state}>
      <DeploymentsView />
    </HydrationBoundary>
  )
}
