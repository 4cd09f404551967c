/** Where signatures are enforced: what no trusted key signed does not get through, and what was signed is what runs. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { templateVersions } from '#db/schema/templates.ts'
import { indexed, signatureOver } from './testing-signed.ts'
import { built, planted, type ValidationWorld, validationWorld } from './testing-world.ts'

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const dir = mkdtempSync(path.join(tmpdir(), 'berth-keys-'))
let world: ValidationWorld
let host: string

beforeAll(async () => {
  const keys = path.join(dir, 'keys.pem')
  writeFileSync(keys, key.publicKey.export({ type: 'spki', format: 'pem' }))
  world = await validationWorld({ BERTH_SIGNATURE_POLICY: 'enforce', BERTH_SIGNATURE_KEYS: keys })
  host = world.registry.host
})
afterAll(async () => {
  await world?.end()
  rmSync(dir, { recursive: true })
})
beforeEach(() => world.reset())
afterEach(() => world.stack.services.validator.idle())

const { index, image } = indexed(built({ name: 'acme/weather' }))
const signed = (what: typeof index) => signatureOver(what, host, key.privateKey)
const ensure = (versionId: string) =>
  world.stack.services.validator.ensure({ versionId }, { signal: AbortSignal.timeout(30_000) })
const publish = (slug: string) =>
  world.stack.call('admin.templates.publish', { slug, version: 1 }, { method: 'POST', token: world.admin.apiToken })

async function refused(made: { slug: string; versionId: string }) {
  expect((await publish(made.slug)).error?.berth).toMatchObject({ code: 'TEMPLATE_NOT_PUBLISHABLE' })
  const found = await ensure(made.versionId)
  expect(found.verdict).toBe('fail')
  expect(found.failures.map(({ id }) => id)).toEqual(['security-signature'])
}

describe('R9: where signatures are enforced', () => {
  test('an image that nobody signed fails, is not published and not deployed', async () => {
    world.registry.serveBuilt(index, image)
    const made = await world.validate(world.imageOf('weather'))
    expect(made.report.check('security-signature')).toMatchObject({
      verdict: 'fail',
      summary: 'Nobody signed the image.',
    })
    await refused(made)
  })

  test('a registry that answers for the image and not for its signatures gets nothing through', async () => {
    world.registry.serveBuilt(index, image, signed(index))
    world.registry.break('signatures')
    const made = await world.validate(world.imageOf('weather'))
    expect(made.report.check('image-manifest').verdict).toBe('pass')
    expect(made.report.check('security-signature')).toMatchObject({
      verdict: 'fail',
      summary: 'Its signature could not be checked, and this installation demands one.',
    })
    await refused(made)
  })

  test('a signed index is what a deployment pulls', async () => {
    world.registry.serveBuilt(index, image, signed(index))
    const made = await world.validate(world.imageOf('weather'))
    expect(made.report.check('security-signature').verdict).toBe('pass')
    expect((await world.versionRow(made.versionId))?.imageDigest).toBe(index.manifest.digest)
    expect((await publish(made.slug)).error).toBeNull()
  })

  test('a signed manifest vouches for no index around it: the manifest is what a deployment pulls', async () => {
    world.registry.serveBuilt(index, image, signed(image))
    const made = await world.validate(world.imageOf('weather'))
    const pinned = async () => (await world.versionRow(made.versionId))?.imageDigest
    expect(made.report.check('security-signature').verdict).toBe('pass')
    expect(await pinned()).toBe(image.manifest.digest)
    // R20: neither its registry's silence, nor silence about signatures alone, changes what was verified.
    for (const silence of ['signatures', undefined] as const) {
      world.registry.break(silence)
      const { report } = await world.validateAgain(made.versionId)
      expect(report.check('security-signature').verdict).toBe('pass')
      expect(await pinned()).toBe(image.manifest.digest)
    }
    expect((await ensure(made.versionId)).verdict).toBe('pass')
  })

  test('what was never verified is not deployed while its registry is down', async () => {
    world.registry.break()
    const { versionId } = await planted(world.stack.base, world.imageOf('weather'))
    await world.stack.db.update(templateVersions).set({ imageDigest: index.manifest.digest })
    expect((await ensure(versionId)).verdict).toBe('fail')
  })
})
