import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toolCatalog } from '#db/schema/templates.ts'
import { plant } from '#server/testing/plant.ts'
import { type Stack, testStack } from '#server/testing/stack.ts'
import { proposeDocument } from './proposal.ts'

let stack: Stack
let slug: string
beforeAll(async () => {
  stack = await testStack()
  slug = (await plant(stack, (await stack.person()).userId)).templateSlug
})
afterAll(() => stack.end())

const document = (name: string) => ({
  ...{ name, description: 'For a test.', version: '1.0.0' },
  packages: [{ registryType: 'npm', identifier: 'planted', version: '1.0.0', transport: { type: 'stdio' } }],
})
const named = (registryName: string | null) =>
  stack.db.update(toolCatalog).set({ registryName }).where(eq(toolCatalog.slug, slug))

describe('a proposal', () => {
  test('for a template that is there says what a new version would change', async () => {
    await named(null)
    const proposal = await proposeDocument(stack.base, { document: document(`io.acme/${slug}`) })
    expect(proposal).toMatchObject({ slug, existing: { slug, version: 1 } })
    expect(proposal.existing?.changes.map(({ path }) => path)).toContain('config.package')
  })

  test('finds it by its name in registries, whatever its slug', async () => {
    await named('io.acme/other')
    expect(await proposeDocument(stack.base, { document: document('io.acme/other') })).toMatchObject({
      slug,
      existing: { slug },
    })
  })

  test('never becomes a version of another server that has its slug', async () => {
    await named('io.github.honest/server')
    const proposal = await proposeDocument(stack.base, { document: document(`io.github.evil/${slug}`) })
    expect(proposal).toMatchObject({ slug: `${slug}-2`, existing: null })
    expect(proposal.notes[0]?.text).toContain('io.github.honest/server')
  })
})
