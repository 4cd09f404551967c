import { HydrationBoundary } from '@tanstack/react-query'
import { prefetch } from '#app/server-data.ts'
import { TemplatesView } from '#components/admin/templates/list/templates-view.tsx'

export const metadata = { title: 'Templates' }

export default async function TemplatesPage() {
  const state = await prefetch((trpc) => [trpc.admin.templates.list.queryOptions({})])
  return (
    <HydrationBoundary state={state}>
      <TemplatesView />
    </HydrationBoundary>
  )
}
