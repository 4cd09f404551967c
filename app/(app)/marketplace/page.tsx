import { HydrationBoundary } from '@tanstack/react-query'
import { prefetch } from '#app/server-data.ts'
import { readFilters, wishOf } from '#components/marketplace/filters.ts'
import { MarketplaceView } from '#components/marketplace/marketplace-view.tsx'

export const metadata = { title: 'Marketplace' }

interface MarketplacePageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export default async function MarketplacePage({ searchParams }: MarketplacePageProps) {
  const given = Object.entries(await searchParams)
  const params = new URLSearchParams(
    given.flatMap(([name, value]) => [value ?? []].flat().map((each) => [name, each] as [string, string])),
  )
  const state = await prefetch((trpc) => [
    trpc.templates.list.queryOptions(wishOf(readFilters(params))),
    trpc.templates.categories.queryOptions(),
  ])
  return (
    <HydrationBoundary state={state}>
      <MarketplaceView />
    </HydrationBoundary>
  )
}
