'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Monitor } from 'lucide-react'
import { useTRPC } from '#components/trpc/client.tsx'
import { withWords } from '#components/trpc/errors.ts'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Badge } from '#components/ui/card.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { SessionView } from '#server/api/views.ts'
import { SettingCard, SettingSkeleton } from './setting-card.tsx'
import { browserWords } from './user-agent.ts'

export function Sessions() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { data, error, refetch } = useQuery(trpc.settings.sessions.list.queryOptions())
  const revoke = useMutation(trpc.settings.sessions.revoke.mutationOptions())
  const revokeOthers = useMutation(trpc.settings.sessions.revokeOthers.mutationOptions())
  const after = () => queryClient.invalidateQueries({ queryKey: trpc.settings.sessions.list.queryKey() })
  if (error) return <QueryError error={error} retry={refetch} />
  if (!data) return <SettingSkeleton />
  return (
    <SettingCard
      title="Sessions"
      lead="Where you are signed in. A revoked session is refused at its next call, and its open pages leave at once."
      action={
        data.length > 1 && (
          <Confirm
            trigger={<Button>Revoke all others</Button>}
            title="Revoke all other sessions?"
            confirm="Revoke them"
            danger
            onConfirm={() => revokeOthers.mutateAsync().then(after, withWords)}
          >
            <p>You stay signed in here; everywhere else you have to sign in again.</p>
          </Confirm>
        )
      }
    >
      <ul className="divide-y rounded-control border">
        {data.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            revoke={() => revoke.mutateAsync({ sessionId: session.id }).then(after, withWords)}
          />
        ))}
      </ul>
    </SettingCard>
  )
}

const SessionRow = ({ session, revoke }: { session: SessionView; revoke: () => Promise<unknown> }) => (
  <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2.5">
    <Monitor className="size-4 shrink-0 text-muted" aria-hidden />
    <div className="grid min-w-0 flex-1 basis-48">
      <p className="flex items-center gap-2" title={session.userAgent}>
        <span className="truncate font-medium">{browserWords(session.userAgent)}</span>
        {session.current && <Badge tone="ok">this one</Badge>}
      </p>
      <p className="flex flex-wrap gap-x-3 text-muted text-sm">
        <span className="font-mono">{session.ip}</span>
        <span className="flex gap-1">
          signed in <RelativeTime at={session.createdAt} />
        </span>
        <span className="flex gap-1">
          last seen <RelativeTime at={session.lastSeenAt} />
        </span>
      </p>
    </div>
    {!session.current && (
      <Confirm
        trigger={
          <Button size="sm" tone="danger-plain">
            Revoke
          </Button>
        }
        title="Revoke this session?"
        confirm="Revoke"
        danger
        onConfirm={revoke}
      >
        <p>{browserWords(session.userAgent)} is signed out at once.</p>
      </Confirm>
    )}
  </li>
)
