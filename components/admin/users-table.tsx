'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ban, Check, Ellipsis, KeyRound, Shield, ShieldOff } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { withWords } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Badge, Card } from '#components/ui/card.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { Dialog, DialogContent } from '#components/ui/dialog.tsx'
import { plural } from '#components/ui/format.ts'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '#components/ui/menu.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { OneTimeLinkView, UserView } from '#server/api/views.ts'
import { OneTimeLink } from './one-time-link.tsx'

interface UsersTableProps {
  users: readonly UserView[]
  /** The admin who looks: can't disable themselves. */
  self: string
}

export const UsersTable = ({ users, self }: UsersTableProps) => (
  <Card className="divide-y">
    {users.map((user) => (
      <div key={user.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
        <div className="grid min-w-0 flex-1 basis-56">
          <p className="flex min-w-0 items-center gap-2">
            <span className="truncate font-medium">{user.name || user.email}</span>
            {user.role === 'admin' && <Badge tone="accent">admin</Badge>}
            {user.disabledAt && <Badge tone="warn">disabled</Badge>}
            {user.id === self && <Badge>you</Badge>}
          </p>
          {user.name && <p className="truncate text-muted text-sm">{user.email}</p>}
        </div>
        <span className="text-muted text-sm">{plural(user.deployments, 'deployment')}</span>
        <span className="flex gap-1 text-muted text-sm">
          {user.lastSeenAt ? (
            <>
              seen <RelativeTime at={user.lastSeenAt} />
            </>
          ) : (
            'never signed in'
          )}
        </span>
        <UserMenu user={user} self={user.id === self} />
      </div>
    ))}
  </Card>
)

type Act = 'disable' | 'enable' | 'reset' | 'role'

function UserMenu({ user, self }: { user: UserView; self: boolean }) {
  const [asked, setAsked] = useState<Act | null>(null)
  const [link, setLink] = useState<OneTimeLinkView | null>(null)
  const run = useUserActs(user, setLink)
  const name = user.name || user.email
  const words = wordsFor(user, name)
  const act = asked ?? 'reset'
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button tone="ghost" size="icon-sm" aria-label={`Actions for ${name}`}>
            <Ellipsis />
          </Button>
        </MenuTrigger>
        <MenuContent>
          <MenuItem onSelect={() => setAsked('reset')} disabled={user.disabledAt !== null}>
            <KeyRound /> Reset password
          </MenuItem>
          <MenuItem onSelect={() => setAsked('role')} disabled={self}>
            {user.role === 'admin' ? <ShieldOff /> : <Shield />}{' '}
            {user.role === 'admin' ? 'Make a user' : 'Make an admin'}
          </MenuItem>
          {user.disabledAt ? (
            <MenuItem onSelect={() => setAsked('enable')}>
              <Check /> Enable
            </MenuItem>
          ) : (
            <MenuItem danger disabled={self} onSelect={() => setAsked('disable')}>
              <Ban /> Disable
            </MenuItem>
          )}
        </MenuContent>
      </Menu>
      <Confirm
        open={asked !== null}
        onOpenChange={(open) => !open && setAsked(null)}
        title={words[act].title}
        confirm={words[act].confirm}
        danger={act === 'disable'}
        onConfirm={run[act]}
      >
        <p>{words[act].text}</p>
      </Confirm>
      <Dialog open={link !== null} onOpenChange={(open) => !open && setLink(null)}>
        <DialogContent title={`Reset link for ${name}`}>{link && <OneTimeLink link={link} />}</DialogContent>
      </Dialog>
    </>
  )
}

const wordsFor = (user: UserView, name: string): Record<Act, { title: string; confirm: string; text: string }> => ({
  disable: {
    title: `Disable ${name}?`,
    confirm: 'Disable',
    text: `All sessions end at once, and signing in is refused. ${plural(user.deployments, 'deployment')} and the droplets beneath stay and go on costing.`,
  },
  enable: { title: `Enable ${name}?`, confirm: 'Enable', text: 'Signing in works again, with the same password.' },
  reset: {
    title: `Reset the password of ${name}?`,
    confirm: 'Create the link',
    text: 'You get a link that works once. The old password works until the link is used.',
  },
  role: {
    title: user.role === 'admin' ? `Make ${name} a user?` : `Make ${name} an admin?`,
    confirm: user.role === 'admin' ? 'Make a user' : 'Make an admin',
    text:
      user.role === 'admin'
        ? 'They can no longer see or change other people.'
        : 'They can invite, disable and reset people.',
  },
})

function useUserActs(user: UserView, onLink: (link: OneTimeLinkView) => void): Record<Act, () => Promise<unknown>> {
  const { admin } = useTRPC()
  const queryClient = useQueryClient()
  const userId = user.id
  const disable = useMutation(admin.users.disable.mutationOptions())
  const enable = useMutation(admin.users.enable.mutationOptions())
  const reset = useMutation(admin.users.reset.mutationOptions())
  const role = useMutation(admin.users.changeRole.mutationOptions())
  const after = () => queryClient.invalidateQueries({ queryKey: admin.users.pathKey() })
  return {
    disable: () => disable.mutateAsync({ userId }).then(after, withWords),
    enable: () => enable.mutateAsync({ userId }).then(after, withWords),
    reset: () => reset.mutateAsync({ userId }).then(onLink, withWords).then(after),
    role: () => role.mutateAsync({ userId, role: user.role === 'admin' ? 'user' : 'admin' }).then(after, withWords),
  }
}
