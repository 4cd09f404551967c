import { HydrationBoundary } from '@tanstack/react-query'
import { prefetch } from '#app/server-data.ts'
import { DropletsView } from '#components/droplets/droplets-view.tsx'

export const metadata = { title: 'Droplets' }

export default async function DropletsPage() {
  const state = await prefetch((trpc) => [trpc.droplets.list.queryOptions()])
  return (
    <HydrationBoundary state={state}>
      <DropletsView />
    </HydrationBoundary>
  )
}
