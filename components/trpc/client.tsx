'use client'
/** tRPC for pages: queries travel in batches over `/api/trpc`, so ten tabs stay within the browser's six connections. */
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import { type ReactNode, useState } from 'react'
import superjson from 'superjson'
import type { AppRouter } from '#server/api/root.ts'
import { isRetryable, isSignedOut } from './errors.ts'

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

const BATCH_MAX = 20
const URL_LENGTH_MAX = 6000
const RETRIES_MAX = 2
/** The stream patches what changes; this bounds what a missed patch could cost. */
const STALE_AFTER_MS = 30_000

export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(makeQueryClient)
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        httpBatchLink({
          url: '/api/trpc',
          transformer: superjson,
          maxItems: BATCH_MAX,
          maxURLLength: URL_LENGTH_MAX,
        }),
      ],
    }),
  )
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  )
}

function makeQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      queries: {
        staleTime: STALE_AFTER_MS,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < RETRIES_MAX && isRetryable(error),
      },
    },
  })
}

function leaveWhenSignedOut(error: unknown): void {
  if (typeof window !== 'undefined' && isSignedOut(error)) leave()
}

/** To the sign-in page, and back here afterwards. */
export function leave(): void {
  const here = `${location.pathname}${location.search}`
  if (!location.pathname.startsWith('/sign-in')) location.assign(`/sign-in?next=${encodeURIComponent(here)}`)
}
