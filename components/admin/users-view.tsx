'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Mail, UserPlus } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { withWords } from '#components/trpc/errors.ts'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Badge, Card } from '#components/ui/card.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { InvitationView } from '#server/api/views.ts'
import { InviteDialog } from './invite-dialog.tsx'
import { UsersTable } from './users-table.tsx'

export function UsersView() {
  const trpc = useTRPC()
  const users = useQuery(trpc.admin.users.list.queryOptions())
  const invitations = useQuery(trpc.admin.users.invitations.queryOptions())
  const me = useQuery(trpc.settings.me.queryOptions())
  const [inviting, setInviting] = useState(false)
  if (users.error) return <QueryError error={users.error} retry={users.refetch} />
  const open = (invitations.data ?? []).filter((each) => each.kind !== 'setup')
  return (
    <div className="grid grid-cols-1 gap-5">
      <PageHeader title="Users">
        <Button tone="primary" onClick={() => setInviting(true)}>
          <UserPlus /> Invite
        </Button>
      </PageHeader>
      {users.data ? (
        <UsersTable users={users.data} self={me.data?.user.id ?? ''} />
      ) : (
        <Skeleton className="h-48 rounded-card" />
      )}
      {open.length > 0 && <OpenLinks links={open} />}
      <InviteDialog open={inviting} onOpenChange={setInviting} />
    </div>
  )
}

function OpenLinks({ links }: { links: InvitationView[] }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const revoke = useMutation(trpc.admin.users.revokeInvitation.mutationOptions())
  return (
    <Card>
      <h2 className="border-b px-4 py-2.5 font-medium">Open links</h2>
      <ul className="divide-y">
        {links.map((link) => (
          <li key={link.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
            <Mail className="size-4 shrink-0 text-muted" aria-hidden />
            <span className="min-w-0 flex-1 basis-40 truncate">{link.email}</span>
            <Badge>{link.kind === 'reset' ? 'password reset' : `invited as ${link.role}`}</Badge>
            <span className="flex gap-1 text-muted text-sm">
              expires <RelativeTime at={link.expiresAt} />
            </span>
            <Confirm
              trigger={
                <Button size="sm" tone="danger-plain">
                  Revoke
                </Button>
              }
              title="Revoke this link?"
              confirm="Revoke"
              danger
              onConfirm={async () => {
                await revoke.mutateAsync({ invitationId: link.id }).catch(withWords)
                await queryClient.invalidateQueries({ queryKey: trpc.admin.users.pathKey() })
              }}
            >
              <p>The link for {link.email} stops working at once.</p>
            </Confirm>
          </li>
        ))}
      </ul>
    </Card>
  )
}
