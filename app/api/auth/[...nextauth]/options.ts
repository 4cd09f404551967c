/**
 * next-auth's part of signing in: forms, cookies, CSRF token, OAuth's dance. Everything that decides stands in
 * server/auth and is reached through the bridge. The cookie's JWT holds a user id and a session id, nothing else.
 */
import type { NextRequest } from 'next/server'
import type { NextAuthOptions } from 'next-auth'
import CredentialsProvider from 'next-auth/providers/credentials'
import type { OAuthConfig } from 'next-auth/providers/oauth'
import { bridge } from '#app/bridge.ts'

type Provider = 'github' | 'digitalocean'
const isProvider = (id: string): id is Provider => id === 'github' || id === 'digitalocean'

export function authOptions(request: NextRequest): NextAuthOptions {
  const { auth } = bridge()
  const { headers } = request
  return {
    secret: auth.secret,
    useSecureCookies: auth.secureCookies,
    session: { strategy: 'jwt', maxAge: auth.sessionMaxAgeSeconds },
    pages: { signIn: '/sign-in', error: '/sign-in', signOut: '/sign-in' },
    providers: [
      CredentialsProvider({
        credentials: { email: { type: 'email' }, password: { type: 'password' } },
        async authorize(given) {
          const { email, password } = given ?? {}
          if (typeof email !== 'string' || typeof password !== 'string') return null
          const checked = await auth.checkPassword(
            { email: email.slice(0, 300), password: password.slice(0, 300) },
            headers,
          )
          // The client reads it as `error`; the page knows these words.
          if (!checked.ok) throw new Error([checked.code, checked.retryAfterSeconds ?? []].flat().join(':'))
          return checked.value && { id: checked.value.userId }
        },
      }),
      ...(auth.oauth.github ? [github(auth.oauth.github)] : []),
      ...(auth.oauth.digitalocean ? [digitalOcean(auth.oauth.digitalocean)] : []),
    ],
    callbacks: {
      async signIn({ user, account }) {
        if (!account || !isProvider(account.provider)) return true
        const arrived = await auth.arriveByOAuth(
          {
            provider: account.provider,
            providerAccountId: account.providerAccountId,
            displayName: user.name ?? '',
            state: request.nextUrl.searchParams.get('state') ?? '',
            invitation: invitationOf(request),
          },
          headers,
        )
        return arrived.ok ? true : `/sign-in?error=${arrived.code}`
      },
      async jwt({ token, user, account }) {
        // Without an account this is a mere reading of the cookie.
        if (!account) return token
        const owner = isProvider(account.provider)
          ? await auth.linkedUser(account.provider, account.providerAccountId)
          : { userId: user.id }
        if (!owner) throw new Error('the account is linked to nobody')
        const via = isProvider(account.provider) ? account.provider : 'password'
        return { sub: owner.userId, sid: await auth.openSession(owner.userId, via, headers) }
      },
      /** Nothing of ours reads it; whoever asks learns when the cookie ends. */
      session: ({ session }) => ({ expires: session.expires }),
    },
    events: {
      async signOut({ token }) {
        if (typeof token?.sid === 'string') await auth.endSession(token.sid)
      },
    },
    // Codes only: its metadata holds provider answers.
    logger: { error: (code) => auth.logProblem(code), warn: (code) => auth.logProblem(code), debug: () => {} },
  }
}

/** `signIn('github', {callbackUrl: '/marketplace?invitation=…'})`: next-auth keeps that address in a cookie. */
function invitationOf(request: NextRequest): string | null {
  const cookie = request.cookies.getAll().find(({ name }) => name.endsWith('next-auth.callback-url'))
  if (!cookie || !URL.canParse(cookie.value)) return null
  return new URL(cookie.value).searchParams.get('invitation')
}

interface Client {
  clientId: string
  clientSecret: string
}

/** No scope: the account's id and public name are all that is read (R13: no e-mail). */
const github = (client: Client): OAuthConfig<{ id: number; login: string }> => ({
  id: 'github',
  name: 'GitHub',
  type: 'oauth',
  ...client,
  checks: ['state'],
  authorization: { url: 'https://github.com/login/oauth/authorize', params: { scope: '' } },
  token: 'https://github.com/login/oauth/access_token',
  userinfo: 'https://api.github.com/user',
  profile: ({ id, login }) => ({ id: String(id), name: login }),
})

const digitalOcean = (client: Client): OAuthConfig<{ account: { uuid: string; name?: string } }> => ({
  id: 'digitalocean',
  name: 'DigitalOcean',
  type: 'oauth',
  ...client,
  checks: ['state'],
  client: { token_endpoint_auth_method: 'client_secret_post' },
  authorization: { url: 'https://cloud.digitalocean.com/v1/oauth/authorize', params: { scope: 'account:read' } },
  token: 'https://cloud.digitalocean.com/v1/oauth/token',
  userinfo: 'https://api.digitalocean.com/v2/account',
  profile: ({ account }) => ({ id: account.uuid, name: account.name ?? 'DigitalOcean' }),
})
