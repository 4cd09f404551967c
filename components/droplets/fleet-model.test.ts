import { describe, expect, it } from 'vitest'
import { droplet } from '#components/testing/droplets.ts'
import { toBlock, totals } from './fleet-model.ts'

const GIB = 2 ** 30
describe('the fleet map', () => {
  it('lays what is reserved end to end, in proportion', () => {
    expect(toBlock(droplet()).segments.map(({ from, width }) => [from, width])).toEqual([
      [0, 0.25],
      [0.25, 0.25],
    ])
  })

  it('counts what is reserved against what is usable, and draws the system’s share', () => {
    expect(toBlock(droplet())).toMatchObject({
      reservedWords: '512 MB of 768 MB usable',
      cpuWords: '0.25 of 0.9 vCPU usable',
      systemWidth: 0.25,
      systemWords: '256 MB for the system',
    })
  })

  it('never draws beyond the droplet', () => {
    const crowded = droplet({
      deployments: Array.from({ length: 200 }, (_, n) => ({
        deploymentId: `${n}`,
        name: `${n}`,
        state: 'healthy' as const,
        memoryBytes: 1,
      })),
    })
    for (const { from, width } of toBlock(crowded).segments) expect(from + width <= 1 || width === 0).toBe(true)
  })

  it('a droplet with more memory is wider', () => {
    const spans = [0.5, 1, 2, 4, 8, 192].map((gib) => toBlock(droplet({ memoryBytes: gib * GIB })).span)
    expect(spans).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('adds up what the fleet costs and holds', () => {
    expect(totals([droplet(), droplet()])).toEqual({
      droplets: 2,
      usableMemoryBytes: 1.5 * GIB,
      reservedMemoryBytes: GIB,
      monthly: '$12.00/mo',
    })
  })
})
