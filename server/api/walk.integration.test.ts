import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appRouter } from '#server/api/root.ts'
import type { Meta } from '#server/api/trpc.ts'
import { SCOPES } from '#server/context.ts'
import { type Planted, plant } from '#server/testing/plant.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'
import { type Ids, SAMPLES, type Sample } from './testing-walk.ts'

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
