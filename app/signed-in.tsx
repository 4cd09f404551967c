import { HydrationBoundary } from '@tanstack/react-query'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { AppFrame } from '#components/frame/app-frame.tsx'
import { RAIL_COOKIE } from '#components/frame/places.ts'
import { prefetch, requireMe } from './server-data.ts'

/** The frame around every page of a signed-in person, with what it shows already in place. */
export async function SignedIn({ children }: { children: ReactNode }) {
  const me = await requireMe()
  const state = await prefetch((trpc) => [trpc.settings.me.queryOptions(), trpc.deployments.list.queryOptions()])
  const folded = (await cookies()).get(RAIL_COOKIE)?.value === 'folded'
  return (
    <HydrationBoundary state={state}>
      <AppFrame me={me} folded={folded}>
        {children}
      </AppFrame>
    </HydrationBoundary>
  )
}
