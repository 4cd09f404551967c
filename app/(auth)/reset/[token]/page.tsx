import { AuthCard } from '#components/auth/auth-card.tsx'
import { PasswordForm } from '#components/auth/password-form.tsx'

export const metadata = { title: 'New password', referrer: 'no-referrer' }

export default async function ResetPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  return (
    <AuthCard title="Choose a new password" lead="It ends your other sessions. This link works once.">
      <PasswordForm purpose={{ kind: 'reset', token }} />
    </AuthCard>
  )
}
