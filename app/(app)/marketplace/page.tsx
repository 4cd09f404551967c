import { HydrationBoundary } from '@tanstack/react-query'
import { prefetch } from '#app/server-data.ts'
import { MarketplaceView } from '#components/marketplace/marketplace-view.tsx'

export const metadata = { title: 'Marketplace' }

export default async function MarketplacePage() {
  const state = await prefetch((trpc) => [trpc.templates.list.queryOptions()])
  return (
    <HydrationBoundary state={state}>
      <MarketplaceView />
    </HydrationBoundary>
  )
}
