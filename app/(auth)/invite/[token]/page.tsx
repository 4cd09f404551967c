import { AuthCard } from '#components/auth/auth-card.tsx'
import { PasswordForm } from '#components/auth/password-form.tsx'

export const metadata = { title: 'Invitation', referrer: 'no-referrer' }

export default async function InvitePage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  return (
    <AuthCard title="You are invited to Berth" lead="Choose a name and a password. This link works once.">
      <PasswordForm purpose={{ kind: 'invite', token }} />
    </AuthCard>
  )
}
