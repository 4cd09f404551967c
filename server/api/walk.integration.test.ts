import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PlacementSettings } from '#db/placement-preferences.ts'
import { templateContent } from '#db/template-content.ts'
import { appRouter } from '#server/api/root.ts'
import type { Meta } from '#server/api/trpc.ts'
import { SCOPES } from '#server/context.ts'
import { type Planted, plant } from '#server/testing/plant.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'

/** Ids that are somebody else's, or (the second time) nobody's. */
type Ids = Pick<Planted, 'deploymentId' | 'deploymentTokenId' | 'dropletId'> & { sessionId: string; tokenId: string }

type Sample =
  /** Holds an id in every place that takes one: a foreign id must answer as a missing one. */
  | { ids: (ids: Ids, own: Planted) => Record<string, unknown>[] }
  /** Takes no id: must show nothing of anybody else. */
  | { own: (own: Planted) => unknown }
  /** Only an admin may call it. */
  | { admin: Record<string, unknown> | undefined }
  /** Open to everybody, with the reason. */
  | { open: string }

const deployment = { ids: ({ deploymentId }: Ids) => [{ deploymentId }] }
const droplet = { ids: ({ dropletId }: Ids) => [{ dropletId }] }
const nothing = { own: () => undefined }
const userId = v7()
const content = templateContent.parse({
  ...{ displayName: 'X', description: 'For a test', category: 'ai' },
  config: {
    ...{ image: 'registry.example/x:1', transport: { type: 'stdio' } },
    resources: { memoryBytes: 2 ** 27, cpuMillis: 100, diskBytes: 0 },
  },
})

const placement: PlacementSettings = {
  ...{ strategy: 'balanced', weights: null, place: null, latency: 'distance' },
  ...{ preferredRegions: [], forbiddenRegions: [], preferredSizes: [], forbiddenSizes: [] },
  ...{ preferredDroplets: [], forbiddenDroplets: [] },
  provisioning: {
    ...{ enabled: true, maxDropletsPerUser: null, preferredRegions: [], defaultSize: null },
    ...{ autoScaleEnabled: true, monthlyBudgetUsd: null },
  },
}

/** Every procedure of the router stands here; one that does not fails the first test. */
const SAMPLES: Record<string, Sample> = {
  'templates.list': nothing,
  'templates.categories': nothing,
  'templates.defaults': { own: ({ templateSlug }) => ({ template: templateSlug }) },
  'templates.get': { own: ({ templateSlug }) => ({ slug: templateSlug }) },
  'selection.offers': nothing,
  'selection.strategies': nothing,
  'selection.preview': { ids: ({ dropletId }, own) => [{ template: own.templateSlug, dropletId }] },
  'deployments.create': {
    ids: ({ deploymentId, dropletId }, own) => [
      { template: own.templateSlug, region: 'nyc3', dropletId },
      { template: own.templateSlug, reuse: { API_KEY: deploymentId } },
    ],
  },
  'deployments.get': deployment,
  'deployments.list': nothing,
  'deployments.events': deployment,
  'deployments.watch': deployment,
  'deployments.cancel': deployment,
  'deployments.stop': deployment,
  'deployments.start': deployment,
  'deployments.delete': deployment,
  'deployments.redeploy': {
    ids: ({ deploymentId }) => [{ deploymentId }, { deploymentId, variables: { API_KEY: 'x' } }],
  },
  'deployments.createToken': deployment,
  'deployments.revokeToken': {
    ids: ({ deploymentId, deploymentTokenId }, own) => [
      { deploymentId, tokenId: deploymentTokenId },
      { deploymentId: own.deploymentId, tokenId: deploymentTokenId },
      { deploymentId, tokenId: own.deploymentTokenId },
    ],
  },
  'deployments.placement': deployment,
  'deployments.logs': deployment,
  'droplets.list': nothing,
  'droplets.delete': droplet,
  'droplets.forget': droplet,
  'droplets.release': droplet,
  'live.stream': {
    ids: ({ deploymentId: id }) => [
      { topics: [{ kind: 'deployment', id, after: 0 }] },
      { topics: [{ kind: 'logs', id }] },
    ],
  },
  'settings.me': nothing,
  'settings.profile.get': nothing,
  'settings.profile.rename': { own: () => ({ name: 'Me' }) },
  'settings.profile.unlink': { own: () => ({ provider: 'github' }) },
  'settings.cloudAccount.get': nothing,
  'settings.cloudAccount.set': { own: () => ({ token: 'dop_v1_0123456789abcdef' }) },
  'settings.cloudAccount.remove': nothing,
  'settings.cloudAccount.forget': nothing,
  'settings.placement.get': nothing,
  'settings.placement.set': {
    ids: ({ dropletId }) => [
      { ...placement, preferredDroplets: [dropletId] },
      { ...placement, forbiddenDroplets: [dropletId] },
    ],
  },
  'settings.apiTokens.list': nothing,
  'settings.apiTokens.create': { own: () => ({ name: 'x', scopes: ['read'] }) },
  'settings.apiTokens.revoke': { ids: ({ tokenId }) => [{ tokenId }] },
  'settings.sessions.list': nothing,
  'settings.sessions.revoke': { ids: ({ sessionId }) => [{ sessionId }] },
  'settings.sessions.revokeOthers': nothing,
  'settings.sessions.signOut': { own: () => undefined },
  'settings.password.change': { own: () => ({ current: 'not it', next: 'a new password of mine' }) },
  'admin.users.list': { admin: undefined },
  'admin.users.invite': { admin: { email: 'x@berth.test', role: 'user' } },
  'admin.users.invitations': { admin: undefined },
  'admin.users.revokeInvitation': { admin: { invitationId: userId } },
  'admin.users.disable': { admin: { userId } },
  'admin.users.enable': { admin: { userId } },
  'admin.users.reset': { admin: { userId } },
  'admin.users.changeRole': { admin: { userId, role: 'admin' } },
  'admin.templates.list': { admin: undefined },
  'admin.templates.get': { admin: { slug: 'x' } },
  'admin.templates.fromImage': { admin: { reference: 'registry.invalid/x:1' } },
  'admin.templates.fromServerJson': { admin: { document: { name: 'x/y' } } },
  'admin.templates.fromUrl': { admin: { url: 'https://registry.invalid/server.json' } },
  'admin.templates.create': { admin: { slug: 'x', content } },
  'admin.templates.save': { admin: { slug: 'x', base: 1, content } },
  'admin.templates.publish': { admin: { slug: 'x', version: 1 } },
  'admin.templates.deprecate': { admin: { slug: 'x', version: 1 } },
  'admin.templates.withdraw': { admin: { slug: 'x', version: 1 } },
  'admin.templates.compare': { admin: { slug: 'x', from: 1, to: 2 } },
  'admin.templates.validate': { admin: { slug: 'x', version: 1 } },
  'admin.templates.validations': { admin: { slug: 'x' } },
  'admin.templates.validation': { admin: { validationId: userId } },
  'admin.templates.export': { admin: { slug: 'x' } },
  'admin.registries.list': { admin: undefined },
  'admin.registries.set': { admin: { registry: 'registry.invalid', username: 'x', password: 'y' } },
  'admin.registries.remove': { admin: { credentialId: userId } },
  'admin.registries.check': { admin: { credentialId: userId } },
  'admin.upstream.list': { admin: undefined },
  'admin.upstream.add': { admin: { name: 'X', url: 'https://registry.invalid' } },
  'admin.upstream.remove': { admin: { registryId: userId } },
  'admin.upstream.sync': { admin: { registryId: userId } },
  'admin.upstream.search': { admin: undefined },
  'admin.upstream.propose': { admin: { serverId: userId } },
  'admin.templates.bulk': { admin: { slugs: ['x'], action: 'withdraw' } },
  'auth.options': { open: 'says what the sign-in page may offer' },
  'auth.setup': { open: 'needs the setup token' },
  'auth.acceptInvite': { open: 'needs the invitation' },
  'auth.resetPassword': { open: 'needs the link' },
}

interface Walked {
  path: string
  type: 'query' | 'mutation' | 'subscription'
  meta?: Meta
  access: Meta['access'] | undefined
}

/** By dotted path, as the wire names them. */
const flat = appRouter._def.procedures as unknown as Record<string, { _def: Pick<Walked, 'type' | 'meta'> }>
const procedures: Walked[] = Object.entries(flat).map(([path, { _def }]) => {
  return { path, type: _def.type, meta: _def.meta, access: _def.meta?.access }
})

let stack: Stack
let victim: Person
let stranger: Person
let theirs: Planted
let own: Planted

beforeAll(async () => {
  stack = await testStack()
  victim = await stack.person('user')
  stranger = await stack.person('user', { password: 'the password of a stranger' })
  theirs = await plant(stack, victim.userId)
  own = await plant(stack, stranger.userId)
})
afterAll(() => stack.end())

describe('R7: the router, procedure by procedure', () => {
  test('every procedure has a sample, and every sample a procedure', () => {
    expect(procedures.map(({ path }) => path).sort()).toEqual(Object.keys(SAMPLES).sort())
  })

  test('nobody is let in without a session, but where it is meant', () => {
    for (const { path, access } of procedures) expect([path, access]).toEqual([path, expectedAccess(path)])
  })

  test.each(procedures.filter(({ access }) => access !== 'public'))(
    '$path refuses a caller without a session',
    async (p) => {
      const sample = SAMPLES[p.path] as Sample
      for (const input of inputsOf(sample, idsOf(theirs, victim))) {
        const answer = await ask(p, input, {})
        expect(answer).toMatchObject({ code: 'NOT_SIGNED_IN' })
      }
    },
  )

  test.each(procedures.filter(({ path }) => 'ids' in (SAMPLES[path] ?? {})))(
    '$path answers a foreign id as a missing one',
    async (p) => {
      const sample = SAMPLES[p.path] as Sample
      const missing = { deploymentId: v7(), deploymentTokenId: v7(), dropletId: v7(), sessionId: v7(), tokenId: v7() }
      const foreign = inputsOf(sample, idsOf(theirs, victim))
      const absent = inputsOf(sample, missing)
      for (const [i, input] of foreign.entries()) {
        const answer = await ask(p, input, { cookie: stranger.cookie })
        expect(answer).toMatchObject({ code: 'NOT_FOUND' })
        const other = await ask(p, absent[i], { cookie: stranger.cookie })
        expect(withoutAsked(answer, input)).toEqual(withoutAsked(other, absent[i]))
      }
    },
  )

  test.each(procedures.filter(({ access }) => access === 'admin'))('$path is not for users', async (p) => {
    const sample = SAMPLES[p.path] as { admin: Record<string, unknown> | undefined }
    expect(await ask(p, sample.admin, { cookie: stranger.cookie })).toMatchObject({ code: 'NOT_ALLOWED' })
    expect(await ask(p, sample.admin, { token: stranger.apiToken })).toMatchObject({ code: 'NOT_ALLOWED' })
  })

  // Last: some of these change the stranger.
  test.each(procedures.filter(({ path }) => 'own' in (SAMPLES[path] ?? {})))(
    '$path shows nothing of others',
    async (p) => {
      const sample = SAMPLES[p.path] as { own: (own: Planted) => unknown }
      const { cookie } = await stack.signIn(stranger)
      const { text } = await ask(p, sample.own(own), { cookie })
      for (const id of [theirs.deploymentId, theirs.dropletId, theirs.deploymentTokenId, victim.userId, victim.tokenId])
        expect(text).not.toContain(id)
      expect(text).not.toContain(victim.sessionId)
    },
  )

  test('and the victim has lost nothing', async () => {
    const state = await stack.call('deployments.get', { deploymentId: theirs.deploymentId }, { token: victim.apiToken })
    expect(state.data).toMatchObject({ state: 'failed', tokens: [{ id: theirs.deploymentTokenId }] })
    const tokens = await stack.call('settings.apiTokens.list', undefined, { cookie: victim.cookie })
    expect(tokens.data).toMatchObject([{ id: victim.tokenId }])
  })
})

describe('scopes of API tokens', () => {
  test.each(procedures.filter(({ access }) => access !== 'public'))('$path needs its scope', async (p) => {
    const others = SCOPES.filter((scope) => scope !== p.meta?.scope)
    const limited = await stack.person('admin', { scopes: [...others] })
    const sample = SAMPLES[p.path] as Sample
    for (const input of inputsOf(sample, idsOf(theirs, victim)))
      expect(await ask(p, input, { token: limited.apiToken })).toMatchObject({ code: 'SCOPE_MISSING' })
  })
})

const idsOf = (planted: Planted, person: Person): Ids => ({
  ...planted,
  sessionId: person.sessionId,
  tokenId: person.tokenId,
})

function inputsOf(sample: Sample, ids: Ids): unknown[] {
  if ('ids' in sample) return sample.ids(ids, own)
  if ('own' in sample) return [sample.own(own)]
  return 'admin' in sample ? [sample.admin] : []
}

function expectedAccess(path: string): Meta['access'] {
  const sample = SAMPLES[path] as Sample
  if ('open' in sample) return 'public'
  return 'admin' in sample ? 'admin' : 'user'
}

/** The code that a call is refused with, and all text that it answered. A stream is read until its first message. */
async function ask(
  { path, type }: Walked,
  input: unknown,
  as: { cookie?: string; token?: string },
): Promise<{ code: string | null; text: string }> {
  if (type !== 'subscription') {
    const { error, text } = await stack.call(path, input, { method: type === 'query' ? 'GET' : 'POST', ...as })
    return { code: error?.berth.code ?? null, text }
  }
  const gone = new AbortController()
  const response = await fetch(
    `${stack.url}/api/trpc/${path}?input=${encodeURIComponent(JSON.stringify({ json: input }))}`,
    {
      headers: { ...(as.cookie && { cookie: as.cookie }), ...(as.token && { authorization: `Bearer ${as.token}` }) },
      signal: gone.signal,
    },
  )
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (/"code":"[A-Z_]+"/.test(text)) break
  }
  gone.abort()
  return { code: /"code":"(NOT_FOUND|NOT_SIGNED_IN|SCOPE_MISSING)"/.exec(text)?.[1] ?? null, text }
}

/** An answer may repeat what was asked for, and may not differ in anything else. */
function withoutAsked({ code, text }: { code: string | null; text: string }, input: unknown) {
  const asked = JSON.stringify(input).match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []
  return { code, text: asked.reduce((rest, id) => rest.replaceAll(id, 'asked'), text) }
}
