import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditLog } from '#db/schema/auth.ts'
import { templateValidations } from '#db/schema/templates.ts'
import type { TemplateProposal } from '#server/api/views.ts'
import { type Listening, listen } from '#server/registry/testing.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'

const DOCUMENT = {
  $schema: 'https://static.modelcontextprotocol.io/schemas/2025-10-17/server.schema.json',
  name: 'io.github.acme/weather',
  title: 'Acme Weather',
  description: 'Tells the weather.',
  version: '1.2.0',
  packages: [
    {
      ...{ registryType: 'oci', identifier: 'docker.io/acme/weather:1.2.0', transport: { type: 'stdio' } },
      environmentVariables: [{ name: 'API_KEY', description: 'Key.', isRequired: true, isSecret: true }],
    },
  ],
}

let stack: Stack
let admin: Person
let user: Person
let web: Listening

beforeAll(async () => {
  web = await listen((req, res) => {
    if (req.url?.startsWith('/server.json')) res.end(JSON.stringify(DOCUMENT))
    else res.writeHead(404).end()
  })
  stack = await testStack({ env: { BERTH_ALLOWED_HOSTS: web.host } })
  admin = await stack.person('admin')
  user = await stack.person('user')
})
afterAll(async () => {
  await stack.end()
  await web.close()
})

const mutate = (verb: string, input: unknown, person = admin) =>
  stack.call(`admin.templates.${verb}`, input, { method: 'POST', cookie: person.cookie })

describe('a template from a document', () => {
  test('is proposed, saved, and exported as what it came from', async () => {
    const proposed = (await mutate('fromServerJson', { document: JSON.stringify(DOCUMENT) })).data as TemplateProposal
    expect(proposed).toMatchObject({
      existing: null,
      content: { displayName: 'Acme Weather', config: { image: 'docker.io/acme/weather:1.2.0' } },
    })
    const { slug, content, serverJson } = proposed
    await mutate('create', { slug, content, serverJson })
    const { data } = await stack.call('admin.templates.export', { slug }, { cookie: admin.cookie })
    expect((data as { document: unknown }).document).toEqual(serverJson)
  })

  test('that is there already is proposed as its next version, with what would change', async () => {
    const newer = { ...DOCUMENT, version: '1.3.0', description: 'Tells the weather of tomorrow.' }
    const { data } = await mutate('fromServerJson', { document: newer })
    const { existing } = data as TemplateProposal
    expect(existing).toMatchObject({ version: 1 })
    expect(existing?.changes.map(({ path }) => path)).toContain('description')
    expect(existing?.changes.map(({ path }) => path)).not.toContain('config.image')
  })

  test('that can’t run is refused with the path and the reason', async () => {
    const image = { ...DOCUMENT.packages[0], runtimeArguments: [{ type: 'named', name: '--privileged' }] }
    const refused = await mutate('fromServerJson', { document: { ...DOCUMENT, packages: [image] } })
    expect(refused.error?.berth.code).toBe('IMPORT_REFUSED')
    expect(refused.error?.message).toMatch(/packages.*--privileged/)
    const noJson = await mutate('fromServerJson', { document: '{' })
    expect(noJson.error?.berth).toMatchObject({ code: 'IMPORT_REFUSED', field: 'document' })
  })

  test('is read from an address that may be asked', async () => {
    const { data } = await mutate('fromUrl', { url: `http://${web.host}/server.json?token=secret-in-the-query` })
    expect(data).toMatchObject({ content: { displayName: 'Acme Weather' } })
    const missing = await mutate('fromUrl', { url: `http://${web.host}/nothing` })
    expect(missing.error).toMatchObject({ berth: { code: 'IMPORT_REFUSED' }, message: expect.stringContaining('404') })
    const rows = await stack.db.select().from(auditLog).where(eq(auditLog.action, 'template.propose'))
    expect(JSON.stringify(rows)).not.toContain('secret-in-the-query')
  })

  test.each(['http://169.254.169.254/latest/meta-data', 'http://127.0.0.1:1/server.json', 'https://localhost/'])(
    'is not fetched from %s, which is inside',
    async (url) => {
      expect((await mutate('fromUrl', { url })).error?.berth.code).toBe('REGISTRY_REFUSED')
    },
  )
})

test.each([
  ['fromServerJson', { document: DOCUMENT }],
  ['fromUrl', { url: 'http://127.0.0.1:1/server.json' }],
  ['fromImage', { reference: '127.0.0.1:1/acme/weather:1' }],
])('%s is an admin’s and leaves a row in the audit trail', async (verb, input) => {
  const proposals = () => stack.db.$count(auditLog, eq(auditLog.action, 'template.propose'))
  const before = await proposals()
  expect((await mutate(verb, input, user)).error?.berth.code).toBe('NOT_ALLOWED')
  expect(await proposals()).toBe(before)
  await mutate(verb, input)
  expect(await proposals()).toBe(before + 1)
})

test('a proposal saves nothing', async () => {
  const before = await stack.db.$count(templateValidations)
  await mutate('fromServerJson', { document: { ...DOCUMENT, name: 'io.github.acme/other' } })
  expect(await stack.db.$count(templateValidations)).toBe(before)
  expect((await stack.call('admin.templates.list', { search: 'other' }, { cookie: admin.cookie })).data).toEqual([])
})
