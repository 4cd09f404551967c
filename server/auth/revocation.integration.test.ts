/** R14: what somebody made with rights that they have lost gives nobody these rights. */
import { and, eq, isNull } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiTokens, oneTimeLinks } from '#db/schema/auth.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'

let stack: Stack
let admin: Person
beforeAll(async () => {
  stack = await testStack()
  admin = await stack.person('admin')
})
afterAll(() => stack.end())

const post = (procedure: string, input: unknown, as: { cookie?: string; token?: string } = {}) =>
  stack.call(procedure, input, { method: 'POST', ...as })
const tokenOf = (answer: { data: unknown }) => (answer.data as { url: string }).url.split('/').at(-1) ?? ''
const password = 'a password that is long enough'

test.each([
  ['disabled', 'admin.users.disable', {}],
  ['made a user', 'admin.users.changeRole', { role: 'user' }],
])('R14: the links of an admin who was %s are void', async (_, procedure, more) => {
  const leaving = await stack.person('admin')
  const victim = await stack.person('admin', { password: 'the password of the victim' })
  const email = `${leaving.userId}@back.test`
  const invited = await post('admin.users.invite', { email, role: 'admin' }, { cookie: leaving.cookie })
  const reset = await post('admin.users.reset', { userId: victim.userId }, { cookie: leaving.cookie })
  const kept = await post(
    'admin.users.invite',
    { email: `${leaving.userId}@kept.test`, role: 'user' },
    { cookie: admin.cookie },
  )
  expect((await post(procedure, { userId: leaving.userId, ...more }, { cookie: admin.cookie })).status).toBe(200)
  const back = await post('auth.acceptInvite', { token: tokenOf(invited), password, name: 'Back' })
  expect(back.error?.berth.code).toBe('NOT_FOUND')
  const taken = await post('auth.resetPassword', { token: tokenOf(reset), password })
  expect(taken.error?.berth.code).toBe('NOT_FOUND')
  expect((await post('auth.acceptInvite', { token: tokenOf(kept), password, name: 'Kept' })).status).toBe(200)
})

test('R14: changing a password voids a reset link that is about', async () => {
  const current = 'the password of before'
  const person = await stack.person('user', { password: current })
  const reset = await post('admin.users.reset', { userId: person.userId }, { cookie: admin.cookie })
  expect((await post('settings.password.change', { current, next: password }, { cookie: person.cookie })).status).toBe(
    200,
  )
  const used = await post('auth.resetPassword', { token: tokenOf(reset), password: 'a password of somebody else' })
  expect(used.error?.berth.code).toBe('NOT_FOUND')
  const open = and(eq(oneTimeLinks.userId, person.userId), isNull(oneTimeLinks.usedAt))
  expect(await stack.base.db.$count(oneTimeLinks, open)).toBe(0)
})

test('R14: a token makes none that lives longer than itself', async () => {
  const person = await stack.person()
  const create = async (as: { cookie?: string; token?: string }, expiresInDays?: number) => {
    const made = await post('settings.apiTokens.create', { name: 'n', scopes: ['settings'], expiresInDays }, as)
    const { token, tokenId } = made.data as { token: string; tokenId: string }
    const [row] = await stack.base.db.select().from(apiTokens).where(eq(apiTokens.id, tokenId))
    return { token, end: row?.expiresAt?.getTime() ?? null }
  }
  const parent = await create({ cookie: person.cookie }, 2)
  expect((await create({ token: parent.token })).end).toBe(parent.end)
  expect((await create({ token: parent.token }, 30)).end).toBe(parent.end)
  expect((await create({ token: parent.token }, 1)).end).toBeLessThan(parent.end ?? 0)
  expect((await create({ token: person.apiToken })).end).toBeNull()
})

test('R10: a stream that a token opened ends when its user is disabled', async () => {
  const person = await stack.person()
  const input = encodeURIComponent(JSON.stringify({ json: { topics: [{ kind: 'deployments' }] } }))
  const response = await fetch(`${stack.url}/api/trpc/live.stream?input=${input}`, {
    headers: { authorization: `Bearer ${person.apiToken}` },
  })
  const text = response.text()
  expect((await post('admin.users.disable', { userId: person.userId }, { cookie: admin.cookie })).status).toBe(200)
  expect(await text).toContain('NOT_SIGNED_IN')
})
