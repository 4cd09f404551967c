'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Cloud } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError, withWords } from '#components/trpc/errors.ts'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Badge } from '#components/ui/card.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { Field } from '#components/ui/field.tsx'
import { plural } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { toast } from '#components/ui/toast.tsx'
import type { CloudAccountView } from '#server/api/views.ts'
import { SettingCard, SettingSkeleton } from './setting-card.tsx'

export function CloudAccount() {
  const trpc = useTRPC()
  const account = useQuery(trpc.settings.cloudAccount.get.queryOptions())
  const me = useQuery(trpc.settings.me.queryOptions())
  const [replacing, setReplacing] = useState(false)
  if (account.error) return <QueryError error={account.error} retry={account.refetch} />
  if (account.data === undefined) return <SettingSkeleton />
  return (
    <>
      {me.data?.demo && (
        <Notice className="mb-5" title="This is the local cloud">
          It stands in for DigitalOcean on this machine. The account was made for you, and nothing costs money.
        </Notice>
      )}
      {account.data && <Account account={account.data} />}
      {!account.data || replacing ? (
        <TokenForm replace={account.data !== null} done={() => setReplacing(false)} />
      ) : (
        <SettingCard
          title="Replace the token"
          lead="For another token of the same account, before the old one expires."
          action={<Button onClick={() => setReplacing(true)}>Replace</Button>}
        />
      )}
      {account.data && <Leave account={account.data} />}
    </>
  )
}

function Account({ account }: { account: CloudAccountView }) {
  return (
    <SettingCard
      title="DigitalOcean account"
      lead="Every droplet, key and firewall that Berth makes for you belongs to it."
    >
      <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
        <Fact name="E-mail" value={account.email} />
        <Fact
          name="Status"
          value={<Badge tone={account.status === 'active' ? 'ok' : 'warn'}>{account.status}</Badge>}
        />
        <Fact name="Droplets of Berth" value={`${account.droplets} of ${account.dropletLimit} allowed`} />
        <Fact name="Token checked" value={<RelativeTime at={account.checkedAt} />} />
        <Fact
          name="Account"
          value={<code className="font-mono text-sm [overflow-wrap:anywhere]">{account.accountUuid}</code>}
        />
      </dl>
    </SettingCard>
  )
}

const Fact = ({ name, value }: { name: string; value: React.ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-muted text-sm">{name}</dt>
    <dd>{value}</dd>
  </div>
)

function TokenForm({ replace, done }: { replace: boolean; done: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const set = useMutation(trpc.settings.cloudAccount.set.mutationOptions())
  const { register, handleSubmit, reset } = useForm({ defaultValues: { token: '' } })
  const submit = handleSubmit(async ({ token }) => {
    try {
      await set.mutateAsync({ token })
      reset()
      toast.ok('The token works and is saved')
      await queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() })
      void queryClient.invalidateQueries({ queryKey: trpc.templates.pathKey() })
      done()
    } catch {
      // Shown beneath the field.
    }
  })
  const error = set.error ? pageError(set.error) : null
  return (
    <SettingCard
      title={replace ? 'Replace the token' : 'Add your DigitalOcean account'}
      lead="Berth checks the token and its scopes before it saves it. It is encrypted and never shown again."
    >
      <form onSubmit={submit} className="grid gap-4" autoComplete="off">
        <Field
          id="cloud-token"
          label="Personal access token"
          hint="In DigitalOcean under API, Tokens. It begins with dop_v1_."
        >
          <Input
            id="cloud-token"
            type="password"
            required
            autoComplete="off"
            spellCheck={false}
            className="font-mono"
            aria-describedby="cloud-token-hint"
            aria-invalid={error ? true : undefined}
            {...register('token')}
          />
        </Field>
        {error && (
          <Notice tone="bad" role="alert" title={error.message}>
            {error.action}
          </Notice>
        )}
        <div className="flex gap-2">
          <Button tone="primary" type="submit" pending={set.isPending}>
            Check and save
          </Button>
          {replace && <Button onClick={done}>Cancel</Button>}
        </div>
      </form>
    </SettingCard>
  )
}

function Leave({ account }: { account: CloudAccountView }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const remove = useMutation(trpc.settings.cloudAccount.remove.mutationOptions())
  const forget = useMutation(trpc.settings.cloudAccount.forget.mutationOptions())
  const after = () => queryClient.invalidateQueries()
  const inUse = account.droplets > 0
  return (
    <SettingCard
      title="Remove the account"
      lead={
        inUse
          ? `Berth still knows ${plural(account.droplets, 'droplet')} of it: delete ${account.droplets === 1 ? 'it' : 'them'} first, or forget the account.`
          : 'Berth deletes the token and its key at DigitalOcean.'
      }
      action={
        <div className="flex gap-2">
          <Confirm
            trigger={
              <Button tone="danger-plain" disabled={inUse}>
                <Cloud /> Remove
              </Button>
            }
            title="Remove the cloud account?"
            confirm="Remove"
            danger
            onConfirm={() => remove.mutateAsync().then(after, withWords)}
          >
            <p>Berth deletes the stored token. You can add the account again at any time.</p>
          </Confirm>
          {inUse && (
            <Confirm
              trigger={<Button tone="danger-plain">Forget</Button>}
              title="Forget the cloud account?"
              confirm="Forget"
              danger
              onConfirm={() => forget.mutateAsync().then(after, withWords)}
            >
              <p>
                Berth drops {plural(account.droplets, 'droplet')} and all that stands on{' '}
                {account.droplets === 1 ? 'it' : 'them'} from its records, without asking DigitalOcean.
              </p>
              <p className="rounded-control bg-sunken px-3 py-2 text-muted">
                Droplets that still exist go on costing until you delete them at DigitalOcean.
              </p>
            </Confirm>
          )}
        </div>
      }
    />
  )
}
