'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, EyeOff, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { withWords } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { formatMonthly, plural } from '#components/ui/format.ts'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '#components/ui/menu.tsx'
import type { DropletView } from '#server/api/views.ts'

export function DropletMenu({ droplet }: { droplet: DropletView }) {
  const [asked, setAsked] = useState<'delete' | 'forget' | null>(null)
  const act = useDropletAct(droplet.id)
  const used = droplet.deployments.length
  const close = (open: boolean) => !open && setAsked(null)
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button tone="ghost" size="icon-sm" aria-label={`Actions for ${droplet.name}`}>
            <Ellipsis />
          </Button>
        </MenuTrigger>
        <MenuContent>
          {droplet.state === 'unreachable' && (
            <MenuItem onSelect={() => setAsked('forget')}>
              <EyeOff /> Forget
            </MenuItem>
          )}
          <MenuItem danger disabled={used > 0 || droplet.state === 'deleting'} onSelect={() => setAsked('delete')}>
            <Trash2 /> Delete
          </MenuItem>
          {used > 0 && (
            <p className="max-w-56 px-2 pb-1.5 text-muted text-sm">
              In use by {plural(used, 'deployment')}: delete {used === 1 ? 'it' : 'them'} first.
            </p>
          )}
        </MenuContent>
      </Menu>
      <Confirm
        open={asked === 'delete'}
        onOpenChange={close}
        title={`Delete ${droplet.name}?`}
        confirm="Delete the droplet"
        danger
        onConfirm={act.remove}
      >
        <p>
          DigitalOcean removes the droplet and its disk. Berth removes its key and firewall with it. This can not be
          undone.
        </p>
        <p className="rounded-control bg-sunken px-3 py-2 text-muted">
          You save <span className="font-mono">{formatMonthly(droplet.priceMonthlyMicros)}</span>.
        </p>
      </Confirm>
      <Confirm
        open={asked === 'forget'}
        onOpenChange={close}
        title={`Forget ${droplet.name}?`}
        confirm="Forget"
        danger
        onConfirm={act.forget}
      >
        <p>
          For a droplet that is gone for good. Berth drops it from its records without asking DigitalOcean, with all
          that stood on it.
        </p>
        <p className="rounded-control bg-sunken px-3 py-2 text-muted">
          If the droplet still exists, it goes on costing{' '}
          <span className="font-mono">{formatMonthly(droplet.priceMonthlyMicros)}</span> until you delete it at
          DigitalOcean.
        </p>
      </Confirm>
    </>
  )
}

function useDropletAct(dropletId: string) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const remove = useMutation(trpc.droplets.delete.mutationOptions())
  const forget = useMutation(trpc.droplets.forget.mutationOptions())
  const after = () => queryClient.invalidateQueries({ queryKey: trpc.droplets.pathKey() })
  return {
    remove: () => remove.mutateAsync({ dropletId }).then(after, withWords),
    forget: () => forget.mutateAsync({ dropletId }).then(after, withWords),
  }
}
