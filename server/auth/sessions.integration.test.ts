import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plant } from '#server/testing/plant.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'

let stack: Stack
let admin: Person

beforeAll(async () => {
  stack = await testStack()
  admin = await stack.person('admin')
})
afterAll(() => stack.end())

const asAdmin = (procedure: string, input: unknown) =>
  stack.call(procedure, input, { method: 'POST', cookie: admin.cookie })

/** An open event stream; `ended` resolves with all that it said. */
async function stream(as: { cookie?: string; token?: string }, headers: Record<string, string> = {}) {
  const input = encodeURIComponent(JSON.stringify({ json: { topics: [{ kind: 'deployments' }] } }))
  const response = await fetch(`${stack.url}/api/trpc/live.stream?input=${input}`, {
    headers: {
      ...(as.cookie && { cookie: as.cookie }),
      ...(as.token && { authorization: `Bearer ${as.token}` }),
      ...headers,
    },
  })
  let text = ''
  let opened = () => {}
  const open = new Promise<void>((resolve) => {
    opened = resolve
  })
  const ended = (async () => {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.includes('"full":true')) opened()
    }
    return text
  })()
  return { response, open, ended }
}

describe('R10: a stream ends with what opened it', () => {
  const endings: [string, (person: Person) => Promise<unknown>][] = [
    [
      'the session signs out in the other window',
      ({ cookie }) => stack.call('settings.sessions.signOut', undefined, { method: 'POST', cookie }),
    ],
    [
      'the session is revoked from another one',
      async (person) => {
        const { cookie } = await stack.signIn(person)
        return stack.call('settings.sessions.revoke', { sessionId: person.sessionId }, { method: 'POST', cookie })
      },
    ],
    [
      'all other sessions are revoked',
      async (person) => {
        const { cookie } = await stack.signIn(person)
        return stack.call('settings.sessions.revokeOthers', undefined, { method: 'POST', cookie })
      },
    ],
    ['the user is disabled', ({ userId }) => asAdmin('admin.users.disable', { userId })],
  ]
  test.each(endings)('when %s', async (_, end) => {
    const person = await stack.person()
    const { open, ended } = await stream({ cookie: person.cookie })
    await open
    await end(person)
    expect(await ended).toContain('NOT_SIGNED_IN')
    const next = await stack.call('settings.me', undefined, { cookie: person.cookie })
    expect(next).toMatchObject({ status: 401, error: { berth: { code: 'NOT_SIGNED_IN' } } })
  })

  test('when its API token is revoked', async () => {
    const person = await stack.person()
    const { open, ended } = await stream({ token: person.apiToken })
    await open
    const input = { tokenId: person.tokenId }
    await stack.call('settings.apiTokens.revoke', input, { method: 'POST', cookie: person.cookie })
    expect(await ended).toContain('NOT_SIGNED_IN')
    expect((await stack.call('settings.me', undefined, { token: person.apiToken })).status).toBe(401)
  })

  test('and not when another one of the same person ends', async () => {
    const person = await stack.person()
    const other = await stack.signIn(person)
    const watching = await stream({ cookie: person.cookie })
    await watching.open
    const leaving = await stream({ cookie: other.cookie })
    await leaving.open
    await stack.call('settings.sessions.signOut', undefined, { method: 'POST', cookie: other.cookie })
    await leaving.ended
    const state = await Promise.race([watching.ended.then(() => 'ended'), stillOpen(person)])
    expect(state).toBe('open')
    await stack.call('settings.sessions.signOut', undefined, { method: 'POST', cookie: person.cookie })
    await watching.ended
  })

  test('the twin of deployments.events too', async () => {
    const person = await stack.person()
    const { deploymentId } = await plant(stack, person.userId)
    const input = encodeURIComponent(JSON.stringify({ json: { deploymentId } }))
    const response = await fetch(`${stack.url}/api/trpc/deployments.watch?input=${input}`, {
      headers: { cookie: person.cookie },
    })
    let text = ''
    for await (const chunk of response.body ?? []) {
      const first = text === ''
      text += Buffer.from(chunk).toString()
      if (first) await stack.call('settings.sessions.signOut', undefined, { method: 'POST', cookie: person.cookie })
    }
    expect(text).toContain('NOT_SIGNED_IN')
    expect(text).toContain('"type":"state"')
  })

  test('another origin gets no stream, whatever its cookie', async () => {
    const person = await stack.person()
    const strangers: Record<string, string>[] = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]
    for (const headers of strangers) {
      const said = await (await stream({ cookie: person.cookie }, headers)).ended
      expect(said).toContain('NOT_ALLOWED')
      expect(said).not.toContain('rows')
    }
  })
})

/** A call that goes through proves that notifications of before were handled. */
async function stillOpen(person: Person): Promise<string> {
  await stack.call('settings.me', undefined, { cookie: person.cookie })
  return 'open'
}

describe('R14', () => {
  test('changing a password ends the other sessions and keeps this one', async () => {
    const person = await stack.person('user', { password: 'an old password of mine' })
    const other = await stack.signIn(person)
    const input = { current: 'an old password of mine', next: 'a new password of mine' }
    const changed = await stack.call('settings.password.change', input, { method: 'POST', cookie: person.cookie })
    expect(changed.data).toEqual({ endedSessions: 1 })
    expect((await stack.call('settings.me', undefined, { cookie: person.cookie })).status).toBe(200)
    expect((await stack.call('settings.me', undefined, { cookie: other.cookie })).status).toBe(401)
  })

  test('a wrong current password changes nothing, and guessing is throttled', async () => {
    const person = await stack.person('user', { password: 'an old password of mine' })
    const input = { current: 'a guess', next: 'a new password of mine' }
    const tries = []
    for (let i = 0; i < 11; i++)
      tries.push(await stack.call('settings.password.change', input, { method: 'POST', cookie: person.cookie }))
    expect(tries[0]?.error?.berth).toMatchObject({ code: 'INVALID_INPUT', field: 'current' })
    expect(tries.at(-1)?.error?.berth.code).toBe('TOO_MANY_ATTEMPTS')
    expect(tries.at(-1)?.headers.get('retry-after')).toMatch(/^\d+$/)
  })

  test('a user can give nobody a role, and a token no more than its own scopes', async () => {
    const person = await stack.person('user', { scopes: ['read', 'settings'] })
    const raise = { userId: person.userId, role: 'admin' }
    const raised = await stack.call('admin.users.changeRole', raise, { method: 'POST', cookie: person.cookie })
    expect(raised.error?.berth.code).toBe('NOT_ALLOWED')
    const wide = { name: 'wide', scopes: ['deploy'] }
    const made = await stack.call('settings.apiTokens.create', wide, { method: 'POST', token: person.apiToken })
    expect(made.error?.berth.code).toBe('SCOPE_MISSING')
    const admins = { name: 'admin', scopes: ['admin'] }
    const granted = await stack.call('settings.apiTokens.create', admins, { method: 'POST', cookie: person.cookie })
    expect(granted.error?.berth.code).toBe('NOT_ALLOWED')
  })

  test('the only admin can be neither disabled nor made a user', async () => {
    const alone = await testStack()
    const only = await alone.person('admin')
    const second = await alone.person('admin')
    const call = (procedure: string, input: unknown, { cookie }: Person) =>
      alone.call(procedure, input, { method: 'POST', cookie })
    expect((await call('admin.users.changeRole', { userId: second.userId, role: 'user' }, only)).status).toBe(200)
    const demoted = await call('admin.users.changeRole', { userId: only.userId, role: 'user' }, only)
    expect(demoted.error?.berth.code).toBe('CONFLICT')
    expect((await call('admin.users.disable', { userId: only.userId }, only)).error?.berth.code).toBe('CONFLICT')
    // The demoted one is no admin from the next call on.
    expect((await call('admin.users.disable', { userId: only.userId }, second)).error?.berth.code).toBe('NOT_ALLOWED')
    await alone.end()
  })
})

describe('one-time links', () => {
  const tokenOf = (answer: { data: unknown }) => (answer.data as { url: string }).url.split('/').at(-1) ?? ''

  test('an invitation makes one user, once', async () => {
    const invited = await asAdmin('admin.users.invite', { email: 'New@berth.test', role: 'user' })
    const input = { token: tokenOf(invited), password: 'a password of the new one', name: 'New' }
    const both = await Promise.all([0, 1].map(() => stack.call('auth.acceptInvite', input, { method: 'POST' })))
    expect(both.map((b) => b.status).sort()).toEqual([200, 404])
    const again = await asAdmin('admin.users.invite', { email: 'new@berth.test', role: 'user' })
    expect(again.error?.berth).toMatchObject({ code: 'CONFLICT', field: 'email' })
  })

  test('a second invitation voids the first, and a revoked one is void', async () => {
    const first = await asAdmin('admin.users.invite', { email: 'twice@berth.test', role: 'user' })
    const second = await asAdmin('admin.users.invite', { email: 'twice@berth.test', role: 'admin' })
    const accept = (answer: { data: unknown }) =>
      stack.call(
        'auth.acceptInvite',
        { token: tokenOf(answer), password: 'a password of the new one', name: 'New' },
        { method: 'POST' },
      )
    expect((await accept(first)).status).toBe(404)
    const list = await stack.call('admin.users.invitations', undefined, { cookie: admin.cookie })
    const { id } = (list.data as { id: string; email: string }[]).find((i) => i.email === 'twice@berth.test') ?? {
      id: '',
    }
    await asAdmin('admin.users.revokeInvitation', { invitationId: id })
    expect((await accept(second)).status).toBe(404)
  })

  test('a reset link sets the password once and ends every session', async () => {
    const person = await stack.person('user', { password: 'an old password of mine' })
    const reset = await asAdmin('admin.users.reset', { userId: person.userId })
    const input = { token: tokenOf(reset), password: 'a new password of mine' }
    expect((await stack.call('auth.resetPassword', input, { method: 'POST' })).status).toBe(200)
    expect((await stack.call('auth.resetPassword', input, { method: 'POST' })).status).toBe(404)
    expect((await stack.call('settings.me', undefined, { cookie: person.cookie })).status).toBe(401)
  })
})
