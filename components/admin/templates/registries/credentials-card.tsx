'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { StatusIcon } from '#components/status/status-badge.tsx'
import { VERDICT_STATUS } from '#components/status/template-status.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError, withWords } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { Dialog, DialogContent, DialogFooter } from '#components/ui/dialog.tsx'
import { describedBy, Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { RegistryCredentialView } from '#server/api/views-templates.ts'
import { ListCard, ListRow } from './list-card.tsx'

/** How Berth signs in to private image registries; a password goes in and never comes out. */
export function CredentialsCard() {
  const trpc = useTRPC()
  const list = useQuery(trpc.admin.registries.list.queryOptions())
  const [editing, setEditing] = useState<{ registry: string; username: string } | null>(null)
  return (
    <ListCard
      title="Image registries"
      lead="Credentials for private images, stored encrypted and never shown again."
      action={
        <Button size="sm" onClick={() => setEditing({ registry: '', username: '' })}>
          <Plus /> Add credentials
        </Button>
      }
      query={list}
      none="None yet. Public images need none."
      row={(credential) => (
        <CredentialRow key={credential.id} credential={credential} change={() => setEditing(credential)} />
      )}
    >
      <Dialog open={editing !== null} onOpenChange={(open) => !open && setEditing(null)}>
        <DialogContent
          title={editing?.registry ? `Change the credentials of ${editing.registry}` : 'Add credentials'}
          description="Berth signs in with them before it stores them."
        >
          {editing && <CredentialForm start={editing} close={() => setEditing(null)} />}
        </DialogContent>
      </Dialog>
    </ListCard>
  )
}

function CredentialRow({ credential, change }: { credential: RegistryCredentialView; change: () => void }) {
  const { admin } = useTRPC()
  const queryClient = useQueryClient()
  const after = () => queryClient.invalidateQueries({ queryKey: admin.registries.pathKey() })
  const check = useMutation({ ...admin.registries.check.mutationOptions(), onSettled: after })
  const remove = useMutation(admin.registries.remove.mutationOptions())
  const failed = check.error ? pageError(check.error).message : credential.checkError
  const state = failed ? 'fail' : credential.checkedAt ? 'pass' : 'none'
  return (
    <ListRow
      icon={KeyRound}
      acts={
        <>
          <span className="flex min-w-0 items-start gap-1.5 text-muted text-sm">
            <StatusIcon status={VERDICT_STATUS[state]} className="mt-0.5" />
            {failed ? (
              <span className="min-w-0 text-bad [overflow-wrap:anywhere]">{failed}</span>
            ) : credential.checkedAt ? (
              <span>
                signed in <RelativeTime at={credential.checkedAt} />
              </span>
            ) : (
              'never checked'
            )}
          </span>
          <span className="flex gap-1">
            <Button size="sm" pending={check.isPending} onClick={() => check.mutate({ credentialId: credential.id })}>
              Check
            </Button>
            <Button size="sm" onClick={change}>
              Change
            </Button>
            <Confirm
              trigger={
                <Button size="sm" tone="danger-plain">
                  Remove
                </Button>
              }
              title={`Remove the credentials of ${credential.registry}?`}
              confirm="Remove"
              danger
              onConfirm={async () => {
                await remove.mutateAsync({ credentialId: credential.id }).catch(withWords)
                await after()
              }}
            >
              <p>
                Templates with private images of this registry can no longer be checked, and droplets can’t pull them.
              </p>
            </Confirm>
          </span>
        </>
      }
    >
      <p className="truncate font-medium font-mono text-sm" title={credential.registry}>
        {credential.registry}
      </p>
      <p className="truncate text-muted text-sm">as {credential.username}</p>
    </ListRow>
  )
}

const schema = z.object({
  registry: z.string().trim().min(1, 'Give the registry’s host.'),
  username: z.string().min(1, 'Give the user name.'),
  password: z.string().min(1, 'Give the password or token.'),
})

function CredentialForm({ start, close }: { start: { registry: string; username: string }; close: () => void }) {
  const { admin } = useTRPC()
  const queryClient = useQueryClient()
  const set = useMutation(admin.registries.set.mutationOptions())
  const { register, handleSubmit, formState } = useForm<z.infer<typeof schema>>({
    resolver: zodResolver(schema),
    defaultValues: { registry: start.registry, username: start.username, password: '' },
  })
  const submit = handleSubmit(async (values) => {
    await set.mutateAsync(values).then(close, () => undefined)
    void queryClient.invalidateQueries({ queryKey: admin.registries.pathKey() })
  })
  const { errors } = formState
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate autoComplete="off">
      <Field
        id="registry"
        label="Registry"
        hint="As it stands in an image reference; docker.io for Docker Hub."
        error={errors.registry?.message}
      >
        <Input
          id="registry"
          placeholder="ghcr.io"
          className="font-mono text-sm"
          spellCheck={false}
          readOnly={start.registry !== ''}
          aria-invalid={errors.registry ? true : undefined}
          aria-describedby={describedBy('registry', true, errors.registry !== undefined)}
          {...register('registry')}
        />
      </Field>
      <Field id="registry-username" label="User name" error={errors.username?.message}>
        <Input
          id="registry-username"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={errors.username ? true : undefined}
          aria-describedby={describedBy('registry-username', false, errors.username !== undefined)}
          {...register('username')}
        />
      </Field>
      <Field
        id="registry-password"
        label="Password or token"
        hint="A token that may only read is enough."
        error={errors.password?.message}
      >
        <Input
          id="registry-password"
          type="password"
          autoComplete="new-password"
          aria-invalid={errors.password ? true : undefined}
          aria-describedby={describedBy('registry-password', true, errors.password !== undefined)}
          {...register('password')}
        />
      </Field>
      {set.error && (
        <Notice tone="bad" role="alert" title={pageError(set.error).message}>
          {pageError(set.error).action}
        </Notice>
      )}
      <DialogFooter>
        <Button onClick={close}>Cancel</Button>
        <Button tone="primary" type="submit" pending={set.isPending}>
          Sign in and store
        </Button>
      </DialogFooter>
    </form>
  )
}
