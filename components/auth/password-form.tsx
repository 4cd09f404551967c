'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { signIn } from 'next-auth/react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { useTRPCClient } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { describedBy, Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PASSWORD_MIN } from './sign-in-model.ts'

/** What each one-time link makes, and which fields that takes. */
type Purpose = { kind: 'setup' } | { kind: 'invite'; token: string } | { kind: 'reset'; token: string }

const password = z.string().min(PASSWORD_MIN, `Use at least ${PASSWORD_MIN} characters.`)
const needed = (what: string) => z.string().trim().min(1, `Give ${what}.`)
const schemas = {
  setup: z.object({ setupToken: needed('the setup token'), email: z.email('Give an e-mail address.'), password }),
  invite: z.object({ name: needed('your name'), password }),
  reset: z.object({ password }),
}
interface Values {
  setupToken?: string
  email?: string
  name?: string
  password: string
}

const FIELDS = {
  setupToken: { label: 'Setup token', type: 'text', autoComplete: 'off', hint: 'Berth printed it at its first start.' },
  email: { label: 'Your e-mail', type: 'email', autoComplete: 'username', hint: '' },
  name: { label: 'Your name', type: 'text', autoComplete: 'name', hint: '' },
  password: {
    label: 'New password',
    type: 'password',
    autoComplete: 'new-password',
    hint: `At least ${PASSWORD_MIN} characters; a few words are fine.`,
  },
} as const
const SHOWN: Record<Purpose['kind'], (keyof typeof FIELDS)[]> = {
  setup: ['setupToken', 'email', 'password'],
  invite: ['name', 'password'],
  reset: ['password'],
}
const DO: Record<Purpose['kind'], string> = { setup: 'Create the admin', invite: 'Join', reset: 'Set the password' }

/** Sets a password through a link that works once, and signs in with it. */
export function PasswordForm({ purpose }: { purpose: Purpose }) {
  const send = useSend(purpose)
  const [refused, setRefused] = useState<string | null>(null)
  const { register, handleSubmit, formState } = useForm<Values>({
    resolver: zodResolver(schemas[purpose.kind]) as never,
  })
  const { errors, isSubmitting } = formState
  const submit = handleSubmit(async (values) => {
    setRefused(null)
    try {
      const { email } = await send(values)
      const answer = await signIn('credentials', { email, password: values.password, redirect: false })
      location.assign(answer?.ok ? '/marketplace' : '/sign-in')
    } catch (error) {
      const { message, action } = pageError(error)
      setRefused(`${message} ${action}`)
    }
  })
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      {refused && (
        <Notice tone="bad" role="alert">
          {refused}
        </Notice>
      )}
      {SHOWN[purpose.kind].map((name, index) => {
        const { label, hint, ...control } = FIELDS[name]
        const error = errors[name]?.message
        return (
          <Field key={name} id={name} label={label} hint={hint} error={error}>
            <Input
              id={name}
              autoFocus={index === 0}
              aria-invalid={error ? true : undefined}
              aria-describedby={describedBy(name, hint !== '', error !== undefined)}
              {...control}
              {...register(name)}
            />
          </Field>
        )
      })}
      <Button tone="primary" size="lg" type="submit" pending={isSubmitting}>
        {DO[purpose.kind]}
      </Button>
    </form>
  )
}

function useSend(purpose: Purpose): (values: Values) => Promise<{ email: string }> {
  const { auth } = useTRPCClient()
  return ({ setupToken = '', email = '', name = '', password }) => {
    switch (purpose.kind) {
      case 'setup':
        return auth.setup.mutate({ setupToken: setupToken.trim(), email, password })
      case 'invite':
        return auth.acceptInvite.mutate({ token: purpose.token, name, password })
      case 'reset':
        return auth.resetPassword.mutate({ token: purpose.token, password })
    }
  }
}
