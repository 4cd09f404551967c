import { HydrationBoundary } from '@tanstack/react-query'
import { prefetch } from '#app/server-data.ts'
import { UsersView } from '#components/admin/users-view.tsx'

export const metadata = { title: 'Users' }

export default async function UsersPage() {
  const state = await prefetch((trpc) => [
    trpc.admin.users.list.queryOptions(),
    trpc.admin.users.invitations.queryOptions(),
  ])
  return (
    <HydrationBoundary state={state}>
      <UsersView />
    </HydrationBoundary>
  )
}
