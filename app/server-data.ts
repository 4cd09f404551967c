/** What server components read: the running server's own caller, filled into the cache that the page hydrates. */
import { type DehydratedState, dehydrate, type FetchQueryOptions, QueryClient } from '@tanstack/react-query'
import { createTRPCClient, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from '@trpc/tanstack-react-query'
import { headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import { isSignedOut, pageError } from '#components/trpc/errors.ts'
import type { AppRouter } from '#server/api/root.ts'
import type { MeView } from '#server/api/views.ts'
import { bridge } from './bridge.ts'

type Api = TRPCOptionsProxy<AppRouter>
type Caller = Awaited<ReturnType<ReturnType<typeof bridge>['caller']>>
/** Queries of different procedures differ in all their types; here only their keys and functions matter. */
type SomeQuery = { queryKey: readonly unknown[]; queryFn?: unknown }

/** Resolves `deployments.get` on the caller: there is no network between a page and its server. */
const callerLink =
  (caller: Caller): TRPCLink<AppRouter> =>
  () =>
  ({ op }) =>
    observable((observer) => {
      const procedure = op.path
        .split('.')
        .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], caller) as (
        input: unknown,
      ) => Promise<unknown>
      procedure(op.input).then(
        (data) => {
          observer.next({ result: { type: 'data', data } })
          observer.complete()
        },
        (error: unknown) => observer.error(asWire(error)),
      )
    })

/** Gives an error of the caller the shape that it has over the wire, so that pages know one shape. */
function asWire(error: unknown): TRPCClientError<AppRouter> {
  const { message, cause } = error as { message?: string; cause?: { code?: string; action?: string; field?: string } }
  const berth = { code: cause?.code ?? 'INTERNAL', action: cause?.action ?? '', field: cause?.field }
  return TRPCClientError.from<AppRouter>({
    error: { code: -32_603, message: message ?? '', data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, berth } },
  } as Parameters<typeof TRPCClientError.from<AppRouter>>[0])
}

/** One client and one cache a request. */
const api = cache(async (): Promise<{ trpc: Api; queryClient: QueryClient }> => {
  const queryClient = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } },
  })
  const client = createTRPCClient<AppRouter>({ links: [callerLink(await bridge().caller(await headers()))] })
  return { trpc: createTRPCOptionsProxy<AppRouter>({ client, queryClient }), queryClient }
})

/** Fetches in parallel for the page to hydrate; what fails here is asked again by the page, which shows the error. */
export async function prefetch(queries: (trpc: Api) => SomeQuery[]): Promise<DehydratedState> {
  const { trpc, queryClient } = await api()
  await Promise.all(queries(trpc).map((query) => queryClient.prefetchQuery(query as FetchQueryOptions)))
  return dehydrate(queryClient)
}

/** Fetches what a page is about; a foreign or missing id is its 404. */
export async function fetchOrNotFound<T>(query: (trpc: Api) => { queryKey: readonly unknown[] }): Promise<T> {
  const { trpc, queryClient } = await api()
  try {
    return await queryClient.fetchQuery(query(trpc) as FetchQueryOptions<T>)
  } catch (error) {
    if (isSignedOut(error)) redirect('/sign-in')
    if (['NOT_FOUND', 'INVALID_INPUT'].includes(pageError(error).code)) notFound()
    throw error
  }
}

/** The signed-in person; without one, to the sign-in page. */
export const requireMe = cache(async (): Promise<MeView> => {
  const { trpc, queryClient } = await api()
  try {
    return await queryClient.fetchQuery(trpc.settings.me.queryOptions())
  } catch (error) {
    if (isSignedOut(error)) redirect(await signInAddress())
    throw error
  }
})

/** Back to the page that was asked for, once signed in. */
async function signInAddress(): Promise<string> {
  const asked = (await headers()).get('x-path') ?? '/'
  return asked === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(asked)}`
}
