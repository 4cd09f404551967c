import { describe, expect, test } from 'vitest'
import { applyPatch } from './patch.ts'
import { resourcesDisk, resourcesMemory, resourcesSize } from './resources.ts'
import { content, GIB, image, MIB, offer, silent } from './testing.ts'

const asking = (memoryBytes: number, diskBytes = 512 * MIB) =>
  content({ resources: { memoryBytes, cpuMillis: 250, diskBytes } })

describe('what is sold', () => {
  test('names the smallest size that it fits on, with its price', () => {
    expect(resourcesSize(content(), offer)).toMatchObject({
      verdict: 'pass',
      summary: 'It fits on s-1vcpu-1gb at $6.00 a month.',
    })
  })

  test('more memory than any size has is told, and the fix fits the largest', () => {
    const found = resourcesSize(asking(64 * GIB), offer)
    expect(found).toMatchObject({ verdict: 'fail', summary: 'No droplet that is sold is large enough.' })
    const patched = applyPatch(asking(64 * GIB), found.fix?.patch ?? [])
    expect(resourcesSize(patched, offer).verdict).toBe('pass')
    expect(patched.config.resources.memoryBytes).toBeGreaterThan(7 * GIB)
  })

  test('only allowed regions and sizes count', () => {
    const criteria = { regions: ['fra1'] }
    const large = { ...asking(4 * GIB), criteria }
    expect(resourcesSize(large, offer).verdict).toBe('fail')
    const none = { ...content(), criteria: { regions: ['ams3'], spread: true } }
    const found = resourcesSize(none, offer)
    expect(found.summary).toBe('The criteria leave no droplet size in any region.')
    const patched = applyPatch(none, found.fix?.patch ?? [])
    expect(patched.criteria.spread).toBe(true)
    expect(resourcesSize(patched, offer).verdict).toBe('pass')
  })

  test('without a cloud to ask, nothing is said', () => {
    expect(resourcesSize(content(), null).verdict).toBe('skipped')
    expect(resourcesDisk(content(), image(), null).verdict).toBe('skipped')
  })
})

describe('the disk', () => {
  test('holds the unpacked image and the data', () => {
    expect(resourcesDisk(content(), image(), offer).verdict).toBe('pass')
    const found = resourcesDisk(asking(256 * MIB, 155 * GIB), image({}, { compressedBytes: 4 * GIB }), offer)
    expect(found.verdict).toBe('fail')
    const patched = applyPatch(asking(256 * MIB, 155 * GIB), found.fix?.patch ?? [])
    expect(resourcesDisk(patched, image({}, { compressedBytes: 4 * GIB }), offer).verdict).toBe('pass')
  })

  test('an image that fits on no droplet has no one-click fix', () => {
    const found = resourcesDisk(content(), image({}, { compressedBytes: 80 * GIB }), offer)
    expect(found.verdict).toBe('fail')
    expect(found.fix?.patch).toBeUndefined()
  })
})

describe('memory', () => {
  test.each([
    ['Node by its variable', { env: ['NODE_VERSION=24.1.0'] }, 64, 'warn'],
    ['Node by its program', { entrypoint: ['/usr/local/bin/node'] }, 64, 'warn'],
    ['Node with enough', { env: ['NODE_VERSION=24.1.0'] }, 128, 'pass'],
    ['Python', { entrypoint: ['python3.13'] }, 32, 'warn'],
    ['Java', { env: ['JAVA_HOME=/opt/java'] }, 128, 'warn'],
    ['a browser', { env: ['PLAYWRIGHT_BROWSERS_PATH=/ms', 'NODE_VERSION=24'] }, 256, 'warn'],
    ['a single binary', {}, 16, 'pass'],
  ] as const)('%s', (_, config, mib, verdict) => {
    const seen = image({ ...config, env: [...('env' in config ? config.env : [])] } as never)
    const template = asking(mib * MIB)
    const found = resourcesMemory(template, seen, null)
    expect(found.verdict).toBe(verdict)
    if (verdict === 'warn')
      expect(resourcesMemory(applyPatch(template, found.fix?.patch ?? []), seen, null).verdict).toBe('pass')
  })

  test('what earlier deployments used counts more than a rule of thumb', () => {
    const usage = { deployments: 3, p95MemoryBytes: 300 * MIB }
    const found = resourcesMemory(content(), image(), usage)
    expect(found).toMatchObject({ verdict: 'warn', summary: 'Earlier deployments used more memory than it asks for.' })
    expect(found.evidence.at(-1)).toBe('95 % of the time 3 earlier deployments used at most 300 MB')
    expect(resourcesMemory(applyPatch(content(), found.fix?.patch ?? []), image(), usage).verdict).toBe('pass')
    expect(resourcesMemory(content(), silent, usage).verdict).toBe('warn')
    expect(resourcesMemory(content(), silent, null).verdict).toBe('skipped')
  })
})
