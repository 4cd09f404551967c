import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { users } from '#db/schema/auth.ts'
import { arriveByOAuth, checkPassword, linkedUser, type OAuthArrival } from '#server/auth/index.ts'
import { BerthError } from '#server/errors.ts'
import { type Stack, testStack } from '#server/testing/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await testStack()
})
afterAll(() => stack.end())

const password = 'correct horse battery staple'
const attempt = (email: string, given: string, ip = '192.0.2.1') =>
  checkPassword(stack.base, { email, password: given, ip })
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof BerthError ? error : null),
  )

describe('e-mail and password', () => {
  test('the right pair signs in, whatever the case of the e-mail', async () => {
    const { email, userId } = await stack.person('user', { password })
    expect(await attempt(` ${email.toUpperCase()} `, password)).toEqual({ userId })
    expect(await attempt(email, `${password}!`)).toBeNull()
    expect(await attempt('nobody@berth.test', password)).toBeNull()
  })

  test('an account without a password, or a disabled one, does not', async () => {
    const { email } = await stack.person('user')
    expect(await attempt(email, '')).toBeNull()
    const disabled = await stack.person('user', { password })
    const admin = await stack.person('admin')
    const input = { userId: disabled.userId }
    await stack.call('admin.users.disable', input, { method: 'POST', cookie: admin.cookie })
    expect(await attempt(disabled.email, password)).toBeNull()
  })

  test('an unknown user takes as long as a known one', async () => {
    const { email } = await stack.person('user', { password })
    const time = async (who: string, ip: string) => {
      const began = performance.now()
      await attempt(who, 'wrong', ip)
      return performance.now() - began
    }
    const known = Math.min(await time(email, '192.0.2.7'), await time(email, '192.0.2.7'))
    const unknown = Math.min(await time('a@berth.test', '192.0.2.8'), await time('b@berth.test', '192.0.2.8'))
    expect(unknown).toBeGreaterThan(known / 3)
  })

  test('the eleventh wrong try of one e-mail says how long to wait, also from another address', async () => {
    const { email } = await stack.person('user', { password })
    for (let i = 0; i < 10; i++) expect(await attempt(email, 'wrong', `198.51.100.${i}`)).toBeNull()
    const error = await codeOf(attempt(email, password, '198.51.100.99'))
    expect(error).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' })
    expect(error?.message).toMatch(/Try again in \d+ (seconds|minutes)/)
    expect(error?.retryAfterMs).toBeGreaterThan(1000)
  })

  test('tries at once are counted one by one', async () => {
    const { email } = await stack.person('user', { password })
    const all = await Promise.all(Array.from({ length: 14 }, (_, i) => codeOf(attempt(email, 'x', `203.0.113.${i}`))))
    expect(all.filter((error) => error?.code === 'TOO_MANY_ATTEMPTS')).toHaveLength(4)
  })

  test('a success forgets the wrong tries before it', async () => {
    const { email, userId } = await stack.person('user', { password })
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 8; i++) await attempt(email, 'wrong', '192.0.2.20')
      expect(await attempt(email, password, '192.0.2.20')).toEqual({ userId })
    }
  })
})

let states = 0
const arrival = (o: Partial<OAuthArrival>): OAuthArrival => ({
  provider: 'github',
  providerAccountId: 'unknown',
  displayName: 'Somebody',
  state: `state-${states++}`,
  session: null,
  invitation: null,
  ...o,
})
const sessionOf = (person: { userId: string; sessionId: string; email: string }) => {
  const { userId, sessionId, email } = person
  return { kind: 'user' as const, userId, sessionId, email, role: 'user' as const, name: '' }
}

describe('R13: OAuth links by the provider’s account id', () => {
  test('an account with the same e-mail and name as a user signs nobody in', async () => {
    const victim = await stack.person('user', { password })
    const error = await codeOf(arriveByOAuth(stack.base, arrival({ displayName: victim.email })))
    expect(error).toMatchObject({ code: 'NOT_SIGNED_IN' })
    const before = await stack.db.$count(users)
    await codeOf(arriveByOAuth(stack.base, arrival({ displayName: victim.email })))
    expect(await stack.db.$count(users)).toBe(before)
  })

  test('a signed-in person connects an account, and it signs that person in from then on', async () => {
    const person = await stack.person()
    const account = arrival({ providerAccountId: '4711', session: sessionOf(person) })
    expect(await arriveByOAuth(stack.base, account)).toEqual({ userId: person.userId })
    expect(await arriveByOAuth(stack.base, arrival({ providerAccountId: '4711' }))).toEqual({ userId: person.userId })
    // The same number at another provider is another account.
    expect(await linkedUser(stack.base, 'digitalocean', '4711')).toBeNull()
  })

  test('an account that is somebody’s can’t be connected to another', async () => {
    const [first, second] = [await stack.person(), await stack.person()]
    await arriveByOAuth(stack.base, arrival({ providerAccountId: '99', session: sessionOf(first) }))
    const taken = codeOf(arriveByOAuth(stack.base, arrival({ providerAccountId: '99', session: sessionOf(second) })))
    expect(await taken).toMatchObject({ code: 'CONFLICT' })
  })

  test('an invitation is accepted once, with the invited e-mail', async () => {
    const admin = await stack.person('admin')
    const invite = { email: 'invited@berth.test', role: 'user' }
    const made = await stack.call('admin.users.invite', invite, { method: 'POST', cookie: admin.cookie })
    const invitation = (made.data as { url: string }).url.split('/').at(-1) ?? ''
    const first = await arriveByOAuth(stack.base, arrival({ providerAccountId: '5', invitation }))
    expect(await linkedUser(stack.base, 'github', '5')).toEqual(first)
    const second = codeOf(arriveByOAuth(stack.base, arrival({ providerAccountId: '6', invitation })))
    expect(await second).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a disabled user’s account signs nobody in', async () => {
    const [person, admin] = [await stack.person(), await stack.person('admin')]
    await arriveByOAuth(stack.base, arrival({ providerAccountId: '77', session: sessionOf(person) }))
    const input = { userId: person.userId }
    await stack.call('admin.users.disable', input, { method: 'POST', cookie: admin.cookie })
    expect(await codeOf(arriveByOAuth(stack.base, arrival({ providerAccountId: '77' })))).not.toBeNull()
  })
})

test('R15: a state is good for one callback', async () => {
  const person = await stack.person()
  const first = arrival({ providerAccountId: '15', session: sessionOf(person) })
  await arriveByOAuth(stack.base, first)
  expect(await codeOf(arriveByOAuth(stack.base, first))).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' })
})
