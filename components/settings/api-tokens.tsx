'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError, withWords } from '#components/trpc/errors.ts'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { CodeLine } from '#components/ui/code.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { Dialog, DialogContent, DialogFooter } from '#components/ui/dialog.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input, NativeSelect } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { ApiTokenView } from '#server/api/views.ts'
import { SettingCard, SettingSkeleton } from './setting-card.tsx'

type Scope = ApiTokenView['scopes'][number]

const SCOPES: { id: Scope; label: string; adminOnly?: true }[] = [
  { id: 'read', label: 'read: see templates, deployments, droplets' },
  { id: 'deploy', label: 'deploy: create, change and delete them' },
  { id: 'settings', label: 'settings: cloud account, tokens, sessions' },
  { id: 'admin', label: 'admin: invite and disable people', adminOnly: true },
]
const LIFETIMES = [
  { days: 30, label: '30 days' },
  { days: 90, label: '90 days' },
  { days: 365, label: 'One year' },
  { days: 0, label: 'Does not expire' },
]

export function ApiTokens() {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.settings.apiTokens.list.queryOptions())
  const [making, setMaking] = useState(false)
  if (error) return <QueryError error={error} retry={refetch} />
  if (!data) return <SettingSkeleton />
  return (
    <SettingCard
      title="API tokens"
      lead={
        <>
          For scripts: <code className="font-mono text-sm">Authorization: Bearer berth_…</code> on{' '}
          <code className="font-mono text-sm">/api/trpc</code>. They do not open MCP endpoints.
        </>
      }
      action={
        <Button tone="primary" onClick={() => setMaking(true)}>
          <Plus /> New token
        </Button>
      }
    >
      {data.length === 0 ? (
        <EmptyState icon={KeyRound} title="No API tokens" className="py-8" />
      ) : (
        <ul className="divide-y rounded-control border">
          {data.map((token) => (
            <TokenRow key={token.id} token={token} />
          ))}
        </ul>
      )}
      <NewToken open={making} onOpenChange={setMaking} />
    </SettingCard>
  )
}

function TokenRow({ token }: { token: ApiTokenView }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const revoke = useMutation(trpc.settings.apiTokens.revoke.mutationOptions())
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2.5">
      <div className="grid min-w-0 flex-1 basis-48">
        <p className="flex min-w-0 items-baseline gap-2">
          <span className="truncate font-medium">{token.name}</span>
          <code className="shrink-0 font-mono text-muted text-sm">{token.prefix}…</code>
        </p>
        <p className="flex flex-wrap gap-x-3 text-muted text-sm">
          <span>{token.scopes.join(', ')}</span>
          <span className="flex gap-1">
            {token.lastUsedAt ? (
              <>
                used <RelativeTime at={token.lastUsedAt} />
              </>
            ) : (
              'never used'
            )}
          </span>
          <span className="flex gap-1">
            {token.expiresAt ? (
              <>
                expires <RelativeTime at={token.expiresAt} />
              </>
            ) : (
              'does not expire'
            )}
          </span>
        </p>
      </div>
      <Confirm
        trigger={
          <Button size="sm" tone="danger-plain">
            Revoke
          </Button>
        }
        title={`Revoke ${token.name}?`}
        confirm="Revoke"
        danger
        onConfirm={async () => {
          await revoke.mutateAsync({ tokenId: token.id }).catch(withWords)
          await queryClient.invalidateQueries({ queryKey: trpc.settings.apiTokens.list.queryKey() })
        }}
      >
        <p>Scripts that use it are refused from their next call on. This can not be undone.</p>
      </Confirm>
    </li>
  )
}

interface NewTokenProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

function NewToken({ open, onOpenChange }: NewTokenProps) {
  const [token, setToken] = useState<string | null>(null)
  const change = (next: boolean) => {
    onOpenChange(next)
    if (!next) setToken(null)
  }
  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogContent
        title={token ? 'Your new token' : 'New API token'}
        description={token ? 'Copy it now: it is shown only this once.' : undefined}
      >
        {token ? (
          <>
            <CodeLine value={token} label="Copy token" />
            <DialogFooter>
              <Button tone="primary" onClick={() => change(false)}>
                Done
              </Button>
            </DialogFooter>
          </>
        ) : (
          <NewTokenForm onMade={setToken} onCancel={() => change(false)} />
        )}
      </DialogContent>
    </Dialog>
  )
}

function NewTokenForm({ onMade, onCancel }: { onMade: (token: string) => void; onCancel: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const me = useQuery(trpc.settings.me.queryOptions()).data
  const create = useMutation(trpc.settings.apiTokens.create.mutationOptions())
  const { register, handleSubmit, control, formState } = useForm({
    defaultValues: { name: '', scopes: ['read', 'deploy'] as Scope[], days: 90 },
  })
  const submit = handleSubmit(async ({ name, scopes, days }) => {
    try {
      const made = await create.mutateAsync({ name, scopes, ...(days > 0 && { expiresInDays: days }) })
      await queryClient.invalidateQueries({ queryKey: trpc.settings.apiTokens.list.queryKey() })
      onMade(made.token)
    } catch {
      // Shown above the buttons.
    }
  })
  const offered = SCOPES.filter((scope) => !scope.adminOnly || me?.user.role === 'admin')
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field id="token-name" label="Name" hint="What will use it.">
        <Input
          id="token-name"
          required
          maxLength={80}
          autoComplete="off"
          aria-describedby="token-name-hint"
          {...register('name')}
        />
      </Field>
      <fieldset className="grid gap-2">
        <legend className="pb-1.5 font-medium">Scopes</legend>
        <Controller
          control={control}
          name="scopes"
          rules={{ validate: (scopes) => scopes.length > 0 || 'Choose at least one.' }}
          render={({ field }) => (
            <>
              {offered.map(({ id, label }) => (
                <Checkbox
                  key={id}
                  checked={field.value.includes(id)}
                  onChange={(event) =>
                    field.onChange(
                      event.target.checked ? [...field.value, id] : field.value.filter((scope) => scope !== id),
                    )
                  }
                >
                  {label}
                </Checkbox>
              ))}
            </>
          )}
        />
        {formState.errors.scopes && (
          <p role="alert" className="text-bad text-sm">
            {formState.errors.scopes.message}
          </p>
        )}
      </fieldset>
      <Field id="token-days" label="Lifetime">
        <NativeSelect id="token-days" {...register('days', { valueAsNumber: true })}>
          {LIFETIMES.map(({ days, label }) => (
            <option key={days} value={days}>
              {label}
            </option>
          ))}
        </NativeSelect>
      </Field>
      {create.error && (
        <Notice tone="bad" role="alert">
          {pageError(create.error).message}
        </Notice>
      )}
      <DialogFooter>
        <Button onClick={onCancel}>Cancel</Button>
        <Button tone="primary" type="submit" pending={create.isPending}>
          Create token
        </Button>
      </DialogFooter>
    </form>
  )
}
