import type { NextApiRequest, NextApiResponse } from 'next'
import type { NextRequest } from 'next/server'
import NextAuth from 'next-auth'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBridge, RUNTIME } from '#server/bridge.ts'
import { tellNextAuth } from '#server/config.ts'
import { type Stack, testStack } from '#server/testing/stack.ts'
import { authOptions } from './options.ts'

let stack: Stack
let cookies: Map<string, string>

beforeAll(async () => {
  const client = { GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' }
  stack = await testStack({ env: client })
  tellNextAuth(stack.base.config)
  ;(globalThis as { [key: symbol]: unknown })[RUNTIME] = createBridge(stack.base, stack.services)
})
afterAll(() => stack.end())
beforeEach(() => {
  cookies = new Map()
})

/** One request of a browser that keeps its cookies, through next-auth with Berth's own options. */
async function send(
  method: string,
  action: string,
  o: { provider?: string; query?: Record<string, string>; body?: Record<string, string> } = {},
) {
  const header = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = new Headers({ cookie: header, 'x-berth-client-address': '192.0.2.1', 'user-agent': 'test' })
  const request = {
    headers,
    nextUrl: { searchParams: new URLSearchParams(o.query) },
    cookies: { getAll: () => [...cookies].map(([name, value]) => ({ name, value })) },
  } as unknown as NextRequest
  const said: Said = { redirect: undefined, setCookies: [], body: undefined }
  const path = o.provider ? [action, o.provider] : [action]
  const req = {
    ...{ method, body: o.body ?? {}, query: { ...o.query, nextauth: path } },
    ...{ headers: Object.fromEntries(headers), cookies: Object.fromEntries(cookies) },
  }
  await NextAuth(req as unknown as NextApiRequest, responseInto(said), authOptions(request))
  for (const line of said.setCookies) {
    const [pair = ''] = line.split(';')
    const name = pair.slice(0, pair.indexOf('='))
    const value = decodeURIComponent(pair.slice(name.length + 1))
    if (value === '' || /Max-Age=0/i.test(line)) cookies.delete(name)
    else cookies.set(name, value)
  }
  return said
}

interface Said {
  redirect: string | undefined
  setCookies: string[]
  body: unknown
}

/** As much of a response as next-auth writes to. */
function responseInto(said: Said): NextApiResponse {
  const res = {
    status: () => res,
    getHeader: (name: string) => (name.toLowerCase() === 'set-cookie' ? said.setCookies : undefined),
    setHeader(name: string, value: string | string[]) {
      if (name.toLowerCase() === 'set-cookie') said.setCookies = [value].flat()
      if (name.toLowerCase() === 'location') said.redirect = String(value)
      return res
    },
    json: (body: unknown) => {
      said.body = body
    },
    send: (body: unknown) => {
      said.body = body
    },
    end: () => {},
  }
  return res as unknown as NextApiResponse
}

const csrf = async () => ((await send('GET', 'csrf')).body as { csrfToken: string }).csrfToken
const sessionCookie = () => cookies.get('next-auth.session-token')

test('e-mail and password: a session row, and a cookie that says nothing but ids', async () => {
  const person = await stack.person('user', { password: 'the password of this one' })
  const body = { csrfToken: await csrf(), email: person.email, password: 'the password of this one' }
  const answer = await send('POST', 'callback', { provider: 'credentials', body })
  const cookie = answer.setCookies.find((line) => line.startsWith('next-auth.session-token=')) ?? ''
  expect(cookie).toMatch(/HttpOnly/)
  expect(cookie).toMatch(/SameSite=Lax/)
  expect(cookie).not.toMatch(/Secure/)
  const me = await stack.call('settings.me', undefined, { cookie: `next-auth.session-token=${sessionCookie()}` })
  expect(me.data).toMatchObject({ user: { id: person.userId }, via: 'session' })
})

test('signing out ends the row: a copied cookie is worth nothing', async () => {
  const person = await stack.person('user', { password: 'the password of this one' })
  const body = { csrfToken: await csrf(), email: person.email, password: 'the password of this one' }
  await send('POST', 'callback', { provider: 'credentials', body })
  const copied = `next-auth.session-token=${sessionCookie()}`
  await send('POST', 'signout', { body: { csrfToken: await csrf() } })
  expect((await stack.call('settings.me', undefined, { cookie: copied })).status).toBe(401)
})

test('too many tries: the error names the code and the seconds', async () => {
  const { email } = await stack.person('user')
  const body = { csrfToken: await csrf(), email, password: 'wrong' }
  const wrong = []
  for (let i = 0; i < 11; i++) wrong.push((await send('POST', 'callback', { provider: 'credentials', body })).redirect)
  expect(wrong[0]).toContain('error=CredentialsSignin')
  expect(wrong[10]).toMatch(/error=TOO_MANY_ATTEMPTS%3A\d+$/)
  expect(sessionCookie()).toBeUndefined()
})

test('R17: next-auth’s own forms need the CSRF token', async () => {
  const person = await stack.person('user', { password: 'the password of this one' })
  const body = { csrfToken: 'guessed', email: person.email, password: 'the password of this one' }
  await send('POST', 'callback', { provider: 'credentials', body })
  expect(sessionCookie()).toBeUndefined()
})

test('R15: a callback whose state is another browser’s, or nobody’s, opens no session', async () => {
  const start = async () => {
    const { redirect } = await send('POST', 'signin', { provider: 'github', body: { csrfToken: await csrf() } })
    return new URL(redirect ?? '').searchParams.get('state') ?? ''
  }
  const foreign = await start()
  cookies = new Map()
  const own = await start()
  expect(own).not.toBe(foreign)
  const before = stack.logged().length
  for (const state of [foreign, 'forged', '']) {
    const query = { code: 'abc', ...(state && { state }) }
    const { redirect } = await send('GET', 'callback', { provider: 'github', query })
    expect(redirect).toContain('error=OAuthCallback')
    expect(sessionCookie()).toBeUndefined()
    // The state's cookie is gone after its first use: start over.
    await start()
  }
  // What went wrong is logged by its code, without what the provider or the browser sent.
  expect(stack.logged().slice(before)).toContain('OAUTH_CALLBACK_ERROR')
  expect(stack.logged().slice(before)).not.toContain(foreign)
})

test('R13: GitHub is asked for no e-mail', async () => {
  const { redirect } = await send('POST', 'signin', { provider: 'github', body: { csrfToken: await csrf() } })
  const url = new URL(redirect ?? '')
  expect(url.origin + url.pathname).toBe('https://github.com/login/oauth/authorize')
  expect(url.searchParams.get('scope')).toBe('')
})
