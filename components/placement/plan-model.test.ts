import { describe, expect, it } from 'vitest'
import type { OffersView, PlanView } from '#server/api/views-placement.ts'
import {
  better,
  budgetWords,
  certificate,
  costWords,
  fleetWords,
  found,
  planBlocks,
  planNotes,
  planWarnings,
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
  limit: null,
  budget: null,
  standApart: [],
  narrowed: [],
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
    expect(fleetWords({ ...plan, droplets: [] })).toBe('Nothing is placed')
  })

  it('promises no more than was proven: the share is rounded up', () => {
    expect(certificate(plan)).toBe('At most 2.1\u00a0% above the cheapest fleet that keeps what stands.')
    expect(certificate({ ...plan, mode: 'anew', gap: 0 })).toBe(
      'No fleet costs less: this is the cheapest possible fleet.',
    )
    expect(certificate({ ...plan, gap: null })).toBe('Nothing is proven about it yet.')
  })

  it('says what it costs against now, and what is left of the budget', () => {
    expect(costWords(plan)).toBe('$48.00/mo more than your fleet costs now')
    expect(costWords({ ...plan, monthlyMicros: 4_000_000 })).toBe('$2.00/mo less than your fleet costs now')
    expect(budgetWords(plan)).toBeNull()
    const budget = { monthlyMicros: 60_000_000, overMicros: 0 }
    expect(budgetWords({ ...plan, budget })).toBe('$6.00/mo below your budget of $60.00/mo.')
  })

  it('names what finds no room with its reason and the way out, and what is over the budget', () => {
    expect(planWarnings(plan)).toEqual([])
    const limit = {
      ...{ constraint: 'max-droplets' as const, dropletsMax: 2, dropletsNeeded: 5 },
      ...{ detail: 'You allow no more than 2 more; 5 new droplets would be enough.', change: 'Allow 6 in all.' },
    }
    const budget = { monthlyMicros: 50_000_000, overMicros: 4_000_000 }
    const unplaced = [
      { name: 'Huge', count: 2, why: 'size' as const },
      { name: 'Memory', count: 30, why: 'limit' as const },
    ]
    const over = { ...plan, limit, budget, unplaced }
    expect(planWarnings(over)).toEqual([
      {
        title: 'No droplet can hold 2 × Huge',
        text: 'It is too big for every size that you allow and for what is free on yours.',
        settings: false,
      },
      {
        title: 'No room for 30 × Memory',
        text: 'You allow no more than 2 more; 5 new droplets would be enough. Allow 6 in all.',
        settings: true,
      },
      {
        title: '$4.00/mo over your budget',
        text: 'The fleet would cost $54.00/mo, and you allow $50.00/mo: deployments beyond that are refused. Raise the budget, or plan less.',
        settings: true,
      },
    ])
    expect(budgetWords(over)).toBeNull()
    expect(certificate(over)).toBe(
      'At most 2.1\u00a0% above the cheapest fleet that keeps what stands, for what finds room.',
    )
    expect(certificate({ ...over, gap: null })).toBe('Nothing can be proven while something finds no room.')
  })

  it('says who stands apart, and what it does not look at', () => {
    expect(planNotes(plan)).toEqual([])
    const standApart = [
      { name: 'Vault', how: 'exclusive' as const },
      { name: 'Git', how: 'spread' as const },
      { name: 'Time', how: 'spread' as const },
    ]
    expect(planNotes({ ...plan, standApart, narrowed: ['Maps'] })).toEqual([
      'Each on a droplet of its own: Vault.',
      'Never two of the same on one droplet: Git, Time.',
      'Maps may only go to certain regions or sizes, which a plan does not see to: deploying may need other droplets.',
    ])
  })

  it('a later answer replaces an earlier one only when it is better', () => {
    const cheaper = { ...plan, monthlyMicros: 50_000_000 }
    const proven = { ...plan, gap: 0.001 }
    expect(better(null, plan)).toBe(plan)
    expect(better(plan, cheaper)).toBe(cheaper)
    expect(better(cheaper, plan)).toBe(cheaper)
    expect(better(plan, proven)).toBe(proven)
    expect(better(plan, { ...cheaper, unplaced: [{ name: 'Memory', count: 1, why: 'limit' }] })).toBe(plan)
  })
})
