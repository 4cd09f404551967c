'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLive } from '#components/live/provider.tsx'
import { useTRPC } from '#components/trpc/client.tsx'

/** A template as admins see it; the checks of the shown version arrive while they run. */
export function useTemplate(slug: string, version: number | undefined) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const query = trpc.admin.templates.get.queryOptions(version === undefined ? { slug } : { slug, version })
  const view = useQuery(query)
  const running = view.data?.validation && view.data.validation.endedAt === null ? view.data.validation : null
  useLive(running ? { kind: 'validation', id: running.id } : null, (payload) => {
    if (payload.topic !== 'validation') return
    queryClient.setQueryData(query.queryKey, (held) =>
      held?.validation?.id === payload.id ? { ...held, validation: payload.validation } : held,
    )
    // The list and the versions show the verdict too, and the digest is known now.
    if (payload.validation.endedAt) void queryClient.invalidateQueries({ queryKey: trpc.admin.templates.pathKey() })
  })
  return view
}
