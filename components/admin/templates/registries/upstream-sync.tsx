'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { UpstreamRegistryView } from '#server/api/views-templates.ts'

/** When the copy was made, whether that worked, and making it anew. */
export function UpstreamSync({ registry }: { registry: UpstreamRegistryView }) {
  const { admin } = useTRPC()
  const queryClient = useQueryClient()
  const sync = useMutation({
    ...admin.upstream.sync.mutationOptions(),
    onSettled: () => queryClient.invalidateQueries({ queryKey: admin.upstream.pathKey() }),
  })
  const error = sync.error ? pageError(sync.error).message : registry.syncError
  return (
    <span className="flex flex-wrap items-center justify-end gap-x-3 gap-y-1">
      <span className="flex gap-1 text-muted text-sm">
        {registry.syncedAt ? (
          <>
            synced <RelativeTime at={registry.syncedAt} />
          </>
        ) : (
          'never synced'
        )}
      </span>
      <Button
        size="sm"
        pending={sync.isPending}
        onClick={() => sync.mutate({ registryId: registry.id })}
        aria-label={`Sync ${registry.name}`}
      >
        {!sync.isPending && <RefreshCw />} Sync
      </Button>
      {error && (
        <span role="alert" className="basis-full text-right text-bad text-sm [overflow-wrap:anywhere]">
          {error}
        </span>
      )}
    </span>
  )
}
