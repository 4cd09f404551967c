'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { signIn } from 'next-auth/react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { siDigitalocean, siGithub } from 'simple-icons'
import { z } from 'zod'
import { BrandGlyph } from '#components/connect/brand-glyph.tsx'
import { Button } from '#components/ui/button.tsx'
import { describedBy, Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { SignInOptionsView } from '#server/api/views.ts'
import { refusalWords } from './sign-in-model.ts'

const schema = z.object({
  email: z.email('Give an e-mail address.'),
  password: z.string().min(1, 'Give the password.'),
})

interface SignInFormProps {
  options: SignInOptionsView
  next: string
  /** A refusal that came back in the address, from a provider. */
  refused: string | null
}

export function SignInForm({ options, next, refused: refusedAtFirst }: SignInFormProps) {
  const [refused, setRefused] = useState(refusedAtFirst)
  const [leaving, setLeaving] = useState(false)
  const { register, handleSubmit, formState } = useForm({ resolver: zodResolver(schema) })
  const { errors, isSubmitting } = formState
  const submit = handleSubmit(async (values) => {
    setRefused(null)
    const answer = await signIn('credentials', { ...values, redirect: false }).catch(() => undefined)
    if (!answer?.ok || answer.error) return setRefused(refusalWords(answer?.error ?? ''))
    setLeaving(true)
    location.assign(next)
  })
  return (
    <div className="grid gap-4">
      <form onSubmit={submit} className="grid gap-4" noValidate>
        {refused && (
          <Notice tone="bad" role="alert">
            {refused}
          </Notice>
        )}
        <Field id="email" label="E-mail" error={errors.email?.message}>
          <Input
            id="email"
            type="email"
            autoComplete="username"
            autoFocus
            aria-invalid={errors.email ? true : undefined}
            aria-describedby={describedBy('email', false, errors.email !== undefined)}
            {...register('email')}
          />
        </Field>
        <Field id="password" label="Password" error={errors.password?.message}>
          <Input
            id="password"
            type="password"
            autoComplete="current-password"
            aria-invalid={errors.password ? true : undefined}
            aria-describedby={describedBy('password', false, errors.password !== undefined)}
            {...register('password')}
          />
        </Field>
        <Button tone="primary" size="lg" type="submit" pending={isSubmitting || leaving}>
          Sign in
        </Button>
      </form>
      <Providers options={options} next={next} />
    </div>
  )
}

function Providers({ options, next }: { options: SignInOptionsView; next: string }) {
  if (!options.github && !options.digitalocean) return null
  return (
    <div className="grid gap-2 border-t pt-4">
      {options.github && (
        <Button size="lg" onClick={() => signIn('github', { callbackUrl: next })}>
          <BrandGlyph path={siGithub.path} /> Sign in with GitHub
        </Button>
      )}
      {options.digitalocean && (
        <Button size="lg" onClick={() => signIn('digitalocean', { callbackUrl: next })}>
          <BrandGlyph path={siDigitalocean.path} /> Sign in with DigitalOcean
        </Button>
      )}
    </div>
  )
}
