'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { signIn } from 'next-auth/react'
import { useForm } from 'react-hook-form'
import { siDigitalocean, siGithub } from 'simple-icons'
import { z } from 'zod'
import { PASSWORD_MIN } from '#components/auth/sign-in-model.ts'
import { BrandGlyph } from '#components/connect/brand-glyph.tsx'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError, withWords } from '#components/trpc/errors.ts'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { describedBy, Field } from '#components/ui/field.tsx'
import { plural } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { toast } from '#components/ui/toast.tsx'
import type { MeView, ProfileView } from '#server/api/views.ts'
import { SettingCard, SettingSkeleton } from './setting-card.tsx'

export function Profile() {
  const trpc = useTRPC()
  const profile = useQuery(trpc.settings.profile.get.queryOptions())
  const me = useQuery(trpc.settings.me.queryOptions())
  if (profile.error) return <QueryError error={profile.error} retry={profile.refetch} />
  if (!profile.data || !me.data) return <SettingSkeleton />
  return (
    <>
      <NameForm profile={profile.data} />
      {profile.data.hasPassword && <PasswordForm email={profile.data.email} />}
      <Linked profile={profile.data} oauth={me.data.oauth} />
    </>
  )
}

function NameForm({ profile }: { profile: ProfileView }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const rename = useMutation(trpc.settings.profile.rename.mutationOptions())
  const { register, handleSubmit, formState } = useForm({ values: { name: profile.name } })
  const submit = handleSubmit(async ({ name }) => {
    try {
      await rename.mutateAsync({ name })
      await queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() })
      toast.ok('Name saved')
    } catch {
      // Shown beneath the field.
    }
  })
  const error = rename.error ? pageError(rename.error).message : undefined
  return (
    <SettingCard title="Profile">
      <form onSubmit={submit} className="grid gap-4 sm:max-w-sm">
        <Field id="profile-email" label="E-mail">
          <Input id="profile-email" value={profile.email} readOnly className="bg-sunken text-muted" />
        </Field>
        <Field id="profile-name" label="Name" error={error}>
          <Input id="profile-name" maxLength={80} required autoComplete="name" {...register('name')} />
        </Field>
        <Button type="submit" className="justify-self-start" disabled={!formState.isDirty} pending={rename.isPending}>
          Save name
        </Button>
      </form>
    </SettingCard>
  )
}

const passwordSchema = z.object({
  current: z.string().min(1, 'Give the current password.'),
  next: z.string().min(PASSWORD_MIN, `Use at least ${PASSWORD_MIN} characters.`),
})

function PasswordForm({ email }: { email: string }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const change = useMutation(trpc.settings.password.change.mutationOptions())
  const { register, handleSubmit, formState, reset } = useForm({
    resolver: zodResolver(passwordSchema),
    defaultValues: { current: '', next: '' },
  })
  const { errors } = formState
  const submit = handleSubmit(async (values) => {
    try {
      const { endedSessions } = await change.mutateAsync(values)
      reset()
      toast.ok('Password changed', endedSessions > 0 ? `${plural(endedSessions, 'other session')} ended.` : undefined)
      void queryClient.invalidateQueries({ queryKey: trpc.settings.sessions.list.queryKey() })
    } catch {
      // Shown above the button.
    }
  })
  return (
    <SettingCard title="Password" lead="Changing it ends your other sessions.">
      <form onSubmit={submit} className="grid gap-4 sm:max-w-sm" noValidate>
        <input type="hidden" autoComplete="username" value={email} readOnly />
        <Field id="password-current" label="Current password" error={errors.current?.message}>
          <Input
            id="password-current"
            type="password"
            autoComplete="current-password"
            aria-invalid={errors.current ? true : undefined}
            aria-describedby={describedBy('password-current', false, errors.current !== undefined)}
            {...register('current')}
          />
        </Field>
        <Field
          id="password-next"
          label="New password"
          hint={`At least ${PASSWORD_MIN} characters.`}
          error={errors.next?.message}
        >
          <Input
            id="password-next"
            type="password"
            autoComplete="new-password"
            aria-invalid={errors.next ? true : undefined}
            aria-describedby={describedBy('password-next', true, errors.next !== undefined)}
            {...register('next')}
          />
        </Field>
        {change.error && (
          <Notice tone="bad" role="alert">
            {pageError(change.error).message}
          </Notice>
        )}
        <Button type="submit" className="justify-self-start" pending={change.isPending}>
          Change password
        </Button>
      </form>
    </SettingCard>
  )
}

const PROVIDERS = [
  { id: 'github', label: 'GitHub', path: siGithub.path },
  { id: 'digitalocean', label: 'DigitalOcean', path: siDigitalocean.path },
] as const

/** Only providers that this installation has set up. */
function Linked({ profile, oauth }: { profile: ProfileView; oauth: MeView['oauth'] }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const unlink = useMutation(trpc.settings.profile.unlink.mutationOptions())
  const offered = PROVIDERS.filter(({ id }) => oauth[id] || profile.linked.includes(id))
  if (offered.length === 0) return null
  return (
    <SettingCard title="Linked accounts" lead="Other ways to sign in as you.">
      <ul className="divide-y rounded-control border">
        {offered.map(({ id, label, path }) => (
          <li key={id} className="flex items-center gap-3 px-3 py-2">
            <BrandGlyph path={path} />
            {label}
            {profile.linked.includes(id) ? (
              <Confirm
                trigger={
                  <Button size="sm" className="ml-auto">
                    Unlink
                  </Button>
                }
                title={`Unlink ${label}?`}
                confirm="Unlink"
                onConfirm={async () => {
                  await unlink.mutateAsync({ provider: id }).catch(withWords)
                  await queryClient.invalidateQueries({ queryKey: trpc.settings.profile.pathKey() })
                }}
              >
                <p>You can no longer sign in with {label} until you link it again.</p>
              </Confirm>
            ) : (
              <Button size="sm" className="ml-auto" onClick={() => signIn(id, { callbackUrl: '/settings' })}>
                Link
              </Button>
            )}
          </li>
        ))}
      </ul>
    </SettingCard>
  )
}
