import { describe, expect, test } from 'vitest'
import type { PackageLock } from '#db/template-content.ts'
import { imageManifest, imageMoved, imagePlatform, imageReference, imageSize, packageLock } from './image.ts'
import { applyPatch } from './patch.ts'
import { content, DIGEST, GIB, image, silent } from './testing.ts'

test.each([
  ['node', 'pass', 'Repository: library/node'],
  ['ghcr.io/acme/weather:1.2.0', 'pass', 'Tag: 1.2.0'],
  [`ghcr.io/acme/weather@${DIGEST}`, 'pass', `Digest: ${DIGEST}`],
  ['ghcr.io/Acme/weather', 'fail', 'lower case'],
  ['https://ghcr.io/acme/weather', 'fail', 'not an image reference'],
  ['weather:', 'fail', 'not an image reference'],
])('the reference %s is a %s', (reference, verdict, evidence) => {
  const found = imageReference(reference)
  expect(found.verdict).toBe(verdict)
  expect(found.evidence.join('\n')).toContain(evidence)
})

describe('what a registry answers', () => {
  test.each([
    ['IMAGE_NOT_FOUND', 'fail', 'add credentials'],
    ['REGISTRY_DENIED', 'fail', 'Correct the credentials'],
    ['REGISTRY_REFUSED', 'fail', 'BERTH_ALLOWED_HOSTS'],
  ] as const)('%s is a %s', (code, verdict, fix) => {
    const found = imageManifest({ kind: 'refused', code, message: 'No.' })
    expect(found.verdict).toBe(verdict)
    expect(found.fix?.text).toContain(fix)
  })

  test('R20: a registry that is down is neither a pass nor a fail', () => {
    for (const check of [imageManifest, imagePlatform, imageSize]) expect(check(silent).verdict).toBe('skipped')
  })

  test('an image for other platforms only exists, and can’t run', () => {
    const other = { kind: 'refused', code: 'IMAGE_PLATFORM_MISSING', message: 'Only for linux/arm64.' } as const
    expect([imageManifest(other).verdict, imagePlatform(other).verdict]).toEqual(['pass', 'fail'])
    expect(imagePlatform(image()).verdict).toBe('pass')
  })

  test('a large download and a pile of layers are told', () => {
    expect(imageSize(image()).verdict).toBe('pass')
    expect(imageSize(image({}, { compressedBytes: 3 * GIB })).verdict).toBe('warn')
    const layers = Array.from({ length: 80 }, () => ({ digest: DIGEST, size: 1, mediaType: '' }))
    expect(imageSize(image({}, { layers })).summary).toContain('80 layers')
  })
})

describe('a tag that moved', () => {
  const before = { digest: `sha256:${'b'.repeat(64)}`, at: new Date('2026-05-01') }

  test('is told with both digests, and pinning it mends that', () => {
    const found = imageMoved(content(), image(), before)
    expect(found).toMatchObject({ verdict: 'warn', evidence: [`2026-05-01: ${before.digest}`, `Now: ${DIGEST}`] })
    const patched = applyPatch(content(), found.fix?.patch ?? [])
    expect(patched.config.image).toBe(`ghcr.io/acme/weather:1.2.0@${DIGEST}`)
    expect(imageMoved(patched, image(), before).verdict).toBe('pass')
  })

  test('did not when the digest is the same, or nobody looked before', () => {
    expect(imageMoved(content(), image(), { ...before, digest: DIGEST }).verdict).toBe('pass')
    expect(imageMoved(content(), image(), null).verdict).toBe('pass')
  })
})

describe('a package', () => {
  const source = { registryType: 'npm', identifier: 'weather', version: '1.0.0', allowInstallScripts: [] } as const
  const template = content({ package: { ...source, allowInstallScripts: ['esbuild'] } })
  const lock = (installScripts: string[]): PackageLock => ({
    ...{ registryType: 'npm', packageJson: '{}', packageLock: '{}', program: 'node_modules/weather/cli.js' },
    ...{ packages: 40, installScripts },
  })

  test('is locked by hash', () => {
    expect(packageLock(template, { kind: 'locked', lock: lock([]) })).toMatchObject({
      verdict: 'pass',
      summary: '40 packages locked by hash.',
    })
  })

  test('with install scripts names each, and allowing them adds to what is allowed', () => {
    const found = packageLock(template, { kind: 'locked', lock: lock(['sharp']) })
    expect(found.verdict).toBe('fail')
    expect(found.evidence).toContain('Install script: sharp')
    const patched = applyPatch(template, found.fix?.patch ?? [])
    expect(patched.config.package?.allowInstallScripts).toEqual(['esbuild', 'sharp'])
  })

  test('that can’t be installed says why; one that nobody tried is no failure', () => {
    expect(packageLock(template, { kind: 'refused', message: 'No such version.' }).evidence).toEqual([
      'No such version.',
    ])
    expect(packageLock(template, { kind: 'not-tried', reason: 'No droplet.' }).verdict).toBe('skipped')
  })
})
