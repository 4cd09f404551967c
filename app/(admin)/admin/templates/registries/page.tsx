import { HydrationBoundary } from '@tanstack/react-query'
import { prefetch } from '#app/server-data.ts'
import { RegistriesView } from '#components/admin/templates/registries/registries-view.tsx'

export const metadata = { title: 'Registries' }

export default async function RegistriesPage() {
  const state = await prefetch((trpc) => [
    trpc.admin.registries.list.queryOptions(),
    trpc.admin.upstream.list.queryOptions(),
  ])
  return (
    <HydrationBoundary state={state}>
      <RegistriesView />
    </HydrationBoundary>
  )
}
