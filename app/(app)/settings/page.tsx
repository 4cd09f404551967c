import { HydrationBoundary } from '@tanstack/react-query'
import { prefetch } from '#app/server-data.ts'
import { SettingsView } from '#components/settings/settings-view.tsx'

export const metadata = { title: 'Settings' }

export default async function SettingsPage() {
  const state = await prefetch((trpc) => [
    trpc.settings.profile.get.queryOptions(),
    trpc.settings.cloudAccount.get.queryOptions(),
    trpc.settings.placement.get.queryOptions(),
    trpc.selection.strategies.queryOptions(),
    trpc.settings.apiTokens.list.queryOptions(),
    trpc.settings.sessions.list.queryOptions(),
  ])
  return (
    <HydrationBoundary state={state}>
      <SettingsView />
    </HydrationBoundary>
  )
}
