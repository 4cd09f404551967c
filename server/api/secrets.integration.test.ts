import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiTokens, authSessions, users } from '#db/schema/auth.ts'
import { BerthError } from '#server/errors.ts'
import { type Planted, plant } from '#server/testing/plant.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'

let stack: Stack
let owner: Person
let planted: Planted
let canaries: string[]

beforeAll(async () => {
  // What breaks below the API breaks with a secret in its hands.
  const spill = () => Promise.reject(new Error(`connect failed with ${planted.secrets.join(' ')}`))
  stack = await testStack({ cloud: { account: spill, sizes: spill }, pool: { engine: spill, command: spill } })
  owner = await stack.person('admin', { password: 'canary password of the owner' })
  planted = await plant(stack, owner.userId)
  const stored = await stack.db.select({ hash: users.passwordHash }).from(users)
  const tokens = await stack.db.select({ hash: apiTokens.tokenHash }).from(apiTokens)
  canaries = [
    ...planted.secrets,
    ...stored.flatMap(({ hash }) => hash ?? []),
    ...tokens.map(({ hash }) => hash),
    ...[owner.apiToken, owner.cookie.split('=')[1] ?? '', 'canary password of the owner'],
  ]
})
afterAll(() => stack.end())

const searched = (text: string) => canaries.filter((canary) => text.includes(canary))

test('R8: no query, no error and no log line holds a secret of the person who asks', async () => {
  const { deploymentId, templateSlug, dropletId } = planted
  const queries: [string, unknown][] = [
    ['templates.list', undefined],
    ['templates.get', { slug: templateSlug }],
    ['templates.defaults', { template: templateSlug }],
    ['admin.templates.list', undefined],
    ['admin.templates.validations', { slug: templateSlug }],
    ['admin.registries.list', undefined],
    ['admin.upstream.list', undefined],
    ['selection.effectiveness', { days: 30 }],
    ['admin.placement.effectiveness', { days: 30 }],
    ['selection.preview', { template: templateSlug }],
    ['deployments.get', { deploymentId }],
    ['deployments.list', undefined],
    ['deployments.events', { deploymentId }],
    ['deployments.placement', { deploymentId }],
    ['deployments.logs', { deploymentId }],
    ['droplets.list', undefined],
    ['settings.me', undefined],
    ['settings.profile.get', undefined],
    ['settings.cloudAccount.get', undefined],
    ['settings.apiTokens.list', undefined],
    ['settings.sessions.list', undefined],
    ['admin.users.list', undefined],
    ['admin.users.invitations', undefined],
  ]
  for (const [procedure, input] of queries) {
    const { text } = await stack.call(procedure, input, { cookie: owner.cookie })
    expect([procedure, searched(text)]).toEqual([procedure, []])
  }
  const mutations: [string, unknown][] = [
    ['settings.cloudAccount.set', { token: planted.secrets[0] }],
    ['settings.password.change', { current: 'canary password of the owner!', next: 'short' }],
    ['deployments.redeploy', { deploymentId, variables: { API_KEY: planted.secrets[4] } }],
    ['deployments.redeploy', { deploymentId, variables: { 'NOT A NAME': planted.secrets[4] } }],
    ['deployments.create', { template: templateSlug, variables: { UNKNOWN: planted.secrets[4] } }],
    ['droplets.delete', { dropletId }],
    ['admin.registries.check', { credentialId: planted.credentialId }],
    ['admin.registries.set', { registry: 'registry.invalid', username: 'x', password: planted.secrets[0] }],
    ['admin.registries.set', { registry: 'no host!', username: 'x', password: planted.secrets[0] }],
    ['auth.setup', { setupToken: planted.secrets[0], email: 'nobody', password: planted.secrets[0] }],
  ]
  for (const [procedure, input] of mutations) {
    const { text } = await stack.call(procedure, input, { method: 'POST', cookie: owner.cookie })
    expect([procedure, searched(text)]).toEqual([procedure, []])
  }
  // An unknown error's own message is for the log, where the code that threw it must not have put a secret;
  // this test threw one on purpose, so only what Berth itself logs is searched.
  const own = stack
    .logged()
    .split('\n')
    .filter((line) => !line.includes('connect failed with'))
  expect(searched(own.join('\n'))).toEqual([])
})

test('R8: an unknown error leaves as INTERNAL without its text', async () => {
  const answer = await stack.call('deployments.logs', { deploymentId: planted.deploymentId }, { cookie: owner.cookie })
  expect(answer.error).toMatchObject({ berth: { code: expect.stringMatching(/INTERNAL|DEPLOYMENT_NOT_SERVING/) } })
  expect(answer.text).not.toContain('connect failed')
})

test('I6: a token is shown by the call that makes it and never again', async () => {
  const input = { name: 'once', scopes: ['read'] }
  const made = await stack.call('settings.apiTokens.create', input, { method: 'POST', cookie: owner.cookie })
  const { token } = made.data as { token: string }
  expect(token).toMatch(/^berth_[\w-]{43}$/)
  const list = await stack.call('settings.apiTokens.list', undefined, { cookie: owner.cookie })
  expect(list.text).not.toContain(token)
  expect(list.text).toContain(token.slice(0, 12))
})

test('I6: a failed query is logged without its parameters', async () => {
  const { base } = stack
  const broken = base.db
    .insert(authSessions)
    .values({ userId: owner.userId, ip: planted.secrets[0] ?? '', expiresAt: 'never' as unknown as Date })
  const error = await Promise.resolve(broken).catch((e: unknown) => e)
  const second = await base.db
    .insert(apiTokens)
    .values({
      userId: '00000000-0000-0000-0000-000000000000',
      name: planted.secrets[0] ?? '',
      prefix: '',
      tokenHash: 'x',
      scopes: [],
    })
    .catch((e: unknown) => new BerthError('INTERNAL', 'wrapped', { cause: e }))
  base.log.error({ err: error }, 'one')
  base.log.error({ err: second }, 'two')
  expect(stack.logged()).toContain('failed query: insert into')
  expect(searched(stack.logged().split('\n').slice(-3).join('\n'))).toEqual([])
})
