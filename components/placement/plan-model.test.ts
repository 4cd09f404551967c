import { describe, expect, it } from 'vitest'
import type { OffersView, PlanView } from '#server/api/views-placement.ts'
import {
  better,
  certificate,
  costWords,
  fleetWords,
  found,
  planBlocks,
  unplacedWords,
  wanted,
  wantedCount,
} from './plan-model.ts'

const GIB = 2 ** 30
const size = (slug: string, gib: number): OffersView['sizes'][number] => ({
  slug,
  vcpus: 1,
  memoryBytes: gib * GIB,
  diskBytes: 25 * GIB,
  priceMonthlyMicros: gib * 6_000_000,
  regions: ['nyc3'],
})
const sizes = [size('s-1vcpu-1gb', 1), size('s-2vcpu-4gb', 4)]
const plan: PlanView = {
  mode: 'add',
  droplets: [
    {
      kind: 'existing',
      dropletId: 'a',
      name: 'nyc3-1',
      size: 's-1vcpu-1gb',
      region: 'nyc3',
      holds: [{ name: 'Memory', count: 1 }],
    },
    { kind: 'new', size: 's-2vcpu-4gb', priceMonthlyMicros: 24_000_000, holds: [{ name: 'Memory', count: 9 }] },
    { kind: 'new', size: 's-2vcpu-4gb', priceMonthlyMicros: 24_000_000, holds: [{ name: 'Memory', count: 9 }] },
  ],
  unplaced: [],
  monthlyNowMicros: 6_000_000,
  monthlyMicros: 54_000_000,
  boundMonthlyMicros: 53_000_000,
  gap: 0.0201,
  standApart: [],
  elapsedMs: 900,
}

describe('a planned fleet', () => {
  it('asks only for counts that are some', () => {
    expect(wanted({ memory: 3, everything: 0, filesystem: Number.NaN, git: 9999 })).toEqual([
      { template: 'memory', count: 3 },
      { template: 'git', count: 500 },
    ])
    expect(wantedCount(wanted({ memory: 3, everything: 0, git: 4 }))).toBe(7)
  })

  it('finds a server by words of its name and its address, in any case', () => {
    const servers = [
      { slug: 'aws-s3-tables', name: 'AWS S3 Tables' },
      { slug: 'sequential-thinking', name: 'Sequential Thinking' },
    ]
    const slugs = (search: string) => found(servers, search).map(({ slug }) => slug)
    expect(slugs('')).toEqual(['aws-s3-tables', 'sequential-thinking'])
    expect(slugs('TABLES aws')).toEqual(['aws-s3-tables'])
    expect(slugs('sequential-t')).toEqual(['sequential-thinking'])
    expect(slugs('aws thinking')).toEqual([])
  })

  it('shows equal new droplets once, with their number, as wide as their memory', () => {
    expect(planBlocks(plan, sizes).map(({ title, times, price, width }) => [title, times, price, width])).toEqual([
      ['nyc3-1', 1, 'stands already', 0.75],
      ['New s-2vcpu-4gb', 2, '$24.00/mo each', 1],
    ])
    expect(fleetWords(plan)).toBe('2 new droplets and room on 1 droplet of yours')
  })

  it('promises no more than was proven: the share is rounded up', () => {
    expect(certificate(plan)).toBe('At most 2.1\u00a0% above the cheapest fleet that keeps what stands.')
    expect(certificate({ ...plan, mode: 'anew', gap: 0 })).toBe(
      'No fleet costs less: this is the cheapest possible fleet.',
    )
    expect(certificate({ ...plan, gap: null })).toBe('Nothing is proven about it yet.')
  })

  it('says what it costs against now, and what finds no room', () => {
    expect(costWords(plan)).toBe('$48.00/mo more than your fleet costs now')
    expect(costWords({ ...plan, monthlyMicros: 4_000_000 })).toBe('$2.00/mo less than your fleet costs now')
    expect(unplacedWords([])).toBeNull()
    expect(unplacedWords([{ name: 'Huge', count: 2 }])).toMatch('No room for 2 × Huge')
  })

  it('a later answer replaces an earlier one only when it is better', () => {
    const cheaper = { ...plan, monthlyMicros: 50_000_000 }
    const proven = { ...plan, gap: 0.001 }
    expect(better(null, plan)).toBe(plan)
    expect(better(plan, cheaper)).toBe(cheaper)
    expect(better(cheaper, plan)).toBe(cheaper)
    expect(better(plan, proven)).toBe(proven)
    expect(better(plan, { ...cheaper, unplaced: [{ name: 'Memory', count: 1 }] })).toBe(plan)
  })
})
