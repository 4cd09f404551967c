import { redirect } from 'next/navigation'
import { fetchOrNotFound } from '#app/server-data.ts'
import { AuthCard } from '#components/auth/auth-card.tsx'
import { PasswordForm } from '#components/auth/password-form.tsx'
import type { SignInOptionsView } from '#server/api/views.ts'

export const metadata = { title: 'Set up' }

export default async function SetupPage() {
  const { needsSetup } = await fetchOrNotFound<SignInOptionsView>((trpc) => trpc.auth.options.queryOptions())
  if (!needsSetup) redirect('/sign-in')
  return (
    <AuthCard title="Set up Berth" lead="The first account is an admin. The setup token works once.">
      <PasswordForm purpose={{ kind: 'setup' }} />
    </AuthCard>
  )
}
