'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ShieldBan } from 'lucide-react'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Badge } from '#components/ui/card.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { useNow } from '#components/ui/use-now.ts'
import type { DropletView } from '#server/api/views.ts'
import type { HoldView } from '#server/api/views-placement.ts'
import { alarmLines, holdWords } from './hold-model.ts'

const REFRESH_MS = 15_000

/** Why nothing new goes to a droplet, with the way to end that; and what else its owner should know. */
export const HoldNote = ({ droplet }: { droplet: DropletView }) => (
  <>
    {droplet.hold && <Hold droplet={droplet} hold={droplet.hold} />}
    {alarmLines(droplet).map(({ key, title, message }) => (
      <Notice key={key} tone="warn" title={title}>
        {message}
      </Notice>
    ))}
  </>
)

function Hold({ droplet, hold }: { droplet: DropletView; hold: HoldView }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const release = useMutation({
    ...trpc.droplets.release.mutationOptions(),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: trpc.droplets.pathKey() })
      void queryClient.invalidateQueries({ queryKey: trpc.selection.pathKey() })
      void queryClient.invalidateQueries({ queryKey: trpc.templates.pathKey() })
    },
  })
  const words = holdWords(hold, useNow(REFRESH_MS))
  return (
    <Notice tone="warn" title={words.title}>
      <p>{words.why}</p>
      <p className="text-muted text-sm" suppressHydrationWarning>
        {words.next}
      </p>
      <Button
        size="sm"
        className="mt-2"
        pending={release.isPending}
        onClick={() => release.mutate({ dropletId: droplet.id })}
        aria-label={`Release ${droplet.name}`}
      >
        Release
      </Button>
      {release.error && <p role="alert">{pageError(release.error).message}</p>}
    </Notice>
  )
}

/** In a row of the list; the map says why. */
export const HeldBadge = ({ droplet }: { droplet: DropletView }) =>
  droplet.hold && (
    <Badge tone="warn" title={`It is ${droplet.hold.detail}`}>
      <ShieldBan aria-hidden /> Held
    </Badge>
  )
