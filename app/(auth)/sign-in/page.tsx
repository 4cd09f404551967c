import { headers } from 'next/headers'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { bridge } from '#app/bridge.ts'
import { fetchOrNotFound } from '#app/server-data.ts'
import { AuthCard } from '#components/auth/auth-card.tsx'
import { SignInForm } from '#components/auth/sign-in-form.tsx'
import { refusalWords, safeNext } from '#components/auth/sign-in-model.ts'
import type { SignInOptionsView } from '#server/api/views.ts'

export const metadata = { title: 'Sign in' }

interface SignInPageProps {
  searchParams: Promise<{ next?: string | string[]; error?: string | string[] }>
}

const one = (value: string | string[] | undefined): string | null => (typeof value === 'string' ? value : null)

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const { next, error } = await searchParams
  if (await bridge().sessionFrom(await headers())) redirect(safeNext(one(next)))
  const options = await fetchOrNotFound<SignInOptionsView>((trpc) => trpc.auth.options.queryOptions())
  const refused = one(error)
  return (
    <AuthCard title="Sign in to Berth" lead="Puts MCP servers onto your own DigitalOcean droplets.">
      <SignInForm options={options} next={safeNext(one(next))} refused={refused ? refusalWords(refused) : null} />
      {options.needsSetup && (
        <p className="text-muted text-sm">
          Nobody has an account yet.{' '}
          <Link href="/setup" className="text-accent underline underline-offset-2">
            Create the first admin
          </Link>
        </p>
      )}
      {options.demo && (
        <p className="text-muted text-sm">
          Demo: the accounts are in <code className="font-mono">first-run.json</code> of Berth’s data folder (
          <code className="font-mono">.data</code> unless <code className="font-mono">BERTH_DATA_DIR</code> says
          otherwise)
        </p>
      )}
    </AuthCard>
  )
}
