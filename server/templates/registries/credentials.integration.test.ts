import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { auditLog } from '#db/schema/auth.ts'
import { registryCredentials } from '#db/schema/templates.ts'
import type { RegistryCredentialView } from '#server/api/views-templates.ts'
import { createCredentials } from '#server/registry/index.ts'
import { type Listening, listen } from '#server/registry/testing.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'

const PASSWORD = 'canary-of-the-registry-password'

let stack: Stack
let admin: Person
let user: Person
let registry: Listening
/** What the registry accepts now. */
let accepted: string
/** It lets everybody in. */
let isOpen = false

beforeAll(async () => {
  registry = await listen((req, res) => {
    const right = isOpen || req.headers.authorization === `Basic ${Buffer.from(`robot:${accepted}`).toString('base64')}`
    res.writeHead(right ? 200 : 401, right ? {} : { 'www-authenticate': 'Basic realm="test"' }).end('{}')
  })
  stack = await testStack({ env: { BERTH_ALLOWED_HOSTS: registry.host } })
  admin = await stack.person('admin')
  user = await stack.person('user')
})
afterAll(async () => {
  await stack.end()
  await registry.close()
})
beforeEach(async () => {
  accepted = PASSWORD
  isOpen = false
  await stack.db.delete(registryCredentials)
  await stack.db.delete(auditLog)
})

const mutate = (verb: string, input: unknown, person = admin) =>
  stack.call(`admin.registries.${verb}`, input, { method: 'POST', cookie: person.cookie })
const list = () => stack.call('admin.registries.list', undefined, { cookie: admin.cookie })
const set = (password = PASSWORD) => mutate('set', { registry: registry.host, username: 'robot', password })
const stored = async () => ((await set()).data as RegistryCredentialView).id
const actions = async () => (await stack.db.select({ action: auditLog.action }).from(auditLog)).map((r) => r.action)

describe('credentials of a private registry', () => {
  test('are proven before they are stored, and open where an image is asked for', async () => {
    expect((await set('wrong')).error?.berth.code).toBe('REGISTRY_DENIED')
    expect((await list()).data).toEqual([])
    expect((await set()).data).toMatchObject({ registry: registry.host, username: 'robot', checkError: null })
    const credentials = await createCredentials(stack.base)(registry.host)
    expect(credentials).toEqual({ username: 'robot', password: PASSWORD })
  })

  test('of a registry that lets everybody in are stored as not proven', async () => {
    isOpen = true
    const unproven = { checkError: `${registry.host} asks for no sign-in, so nothing was proven.` }
    const { data } = await set('wrong')
    expect(data).toMatchObject(unproven)
    const credentialId = (data as RegistryCredentialView).id
    expect((await mutate('check', { credentialId })).data).toMatchObject(unproven)
  })

  test('I6: the password is stored sealed for its own row, and nothing shows it', async () => {
    const answer = await set()
    const [row] = await stack.db.select().from(registryCredentials)
    expect(JSON.stringify(row)).not.toContain(PASSWORD)
    const texts = [
      answer.text,
      (await list()).text,
      stack.logged(),
      JSON.stringify(await stack.db.select().from(auditLog)),
    ]
    for (const text of texts) {
      expect(text).not.toContain(PASSWORD)
      expect(text).not.toContain(row?.password.box)
    }
    // R12: a box that was moved to another row does not open there.
    await stack.db.update(registryCredentials).set({ id: '00000000-0000-7000-8000-000000000000' })
    await expect(createCredentials(stack.base)(registry.host)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
  })

  test('are replaced in place: one pair a registry', async () => {
    const first = await stored()
    accepted = 'another one'
    expect((await set('another one')).data).toMatchObject({ id: first })
    expect((await list()).data).toHaveLength(1)
    expect((await createCredentials(stack.base)(registry.host))?.password).toBe('another one')
  })

  test('say when the registry no longer takes them, and are kept', async () => {
    const credentialId = await stored()
    expect((await mutate('check', { credentialId })).data).toMatchObject({ checkError: null })
    accepted = 'changed over there'
    const { data } = await mutate('check', { credentialId })
    expect(data).toMatchObject({ checkError: expect.stringMatching(/accept/) })
    expect((await list()).data).toMatchObject([{ checkError: expect.stringMatching(/accept/) }])
  })

  test('are of a host, and of nothing else', async () => {
    const answer = await mutate('set', { registry: 'https://ghcr.io/acme', username: 'x', password: 'y' })
    expect(answer.error?.berth).toMatchObject({ code: 'INVALID_INPUT', field: 'registry' })
  })

  test('every mutation is an admin’s and leaves a row in the audit trail', async () => {
    const credentialId = await stored()
    const MUTATIONS: [verb: string, action: string, input: unknown][] = [
      ['set', 'registry.set', { registry: registry.host, username: 'robot', password: PASSWORD }],
      ['check', 'registry.check', { credentialId }],
      ['remove', 'registry.remove', { credentialId }],
    ]
    for (const [verb, action, input] of MUTATIONS) {
      await stack.db.delete(auditLog)
      expect((await mutate(verb, input, user)).error?.berth.code).toBe('NOT_ALLOWED')
      expect(await actions()).toEqual([])
      expect((await mutate(verb, input)).error).toBeNull()
      expect(await actions()).toEqual([action])
    }
    const gone = await stack.db.select().from(registryCredentials).where(eq(registryCredentials.id, credentialId))
    expect(gone).toEqual([])
    expect((await mutate('remove', { credentialId })).error?.berth.code).toBe('NOT_FOUND')
  })
})
