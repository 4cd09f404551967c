'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { UpstreamRegistryView } from '#server/api/views-templates.ts'

interface UpstreamSyncProps {
  registry: UpstreamRegistryView
  /** What else can be done with it, beside the button. */
  children?: ReactNode
}

/** When the copy was made, whether that worked, and making it anew: parts of a row that wraps. */
export function UpstreamSync({ registry, children }: UpstreamSyncProps) {
  const { admin } = useTRPC()
  const queryClient = useQueryClient()
  const sync = useMutation({
    ...admin.upstream.sync.mutationOptions(),
    onSettled: () => queryClient.invalidateQueries({ queryKey: admin.upstream.pathKey() }),
  })
  const error = sync.error ? pageError(sync.error).message : registry.syncError
  return (
    <>
      <span className="text-muted text-sm">
        {registry.syncedAt ? (
          <>
            synced <RelativeTime at={registry.syncedAt} />
          </>
        ) : (
          'never synced'
        )}
      </span>
      <span className="flex gap-1">
        <Button
          size="sm"
          pending={sync.isPending}
          onClick={() => sync.mutate({ registryId: registry.id })}
          aria-label={`Sync ${registry.name}`}
        >
          {!sync.isPending && <RefreshCw />} Sync
        </Button>
        {children}
      </span>
      {error && (
        <p role="alert" className="basis-full text-bad text-sm [overflow-wrap:anywhere] lg:text-right">
          {error}
        </p>
      )}
    </>
  )
}
