/** A new droplet that a user asks for by size and region: met whatever Berth would rather buy, or refused by its name. */
import { describe, expect, test } from 'vitest'
import { choose } from './choose.ts'
import { droplet, GIB, MIB, NOTHING_YET, request, SIZES, snapshot, wishes } from './testing.ts'
import type { PlacementRequest, Snapshot } from './types.ts'
import { wishable } from './wished-droplet.ts'

const roomy = droplet('roomy')
const asked = (size: string, region: string, r: Partial<PlacementRequest> = {}, s: Partial<Snapshot> = {}) =>
  choose(snapshot({ droplets: [roomy], ...s }), request({ newDroplet: { size, region }, ...r }))

describe('is met', () => {
  test.each<[string, Partial<PlacementRequest>, Partial<Snapshot>]>([
    ['beside droplets with room', {}, {}],
    ['beyond the step by which Berth lets a fleet grow', {}, NOTHING_YET],
    ['against the size for new droplets', wishes({ provisioning: { defaultSize: 's-1vcpu-1gb' } }), {}],
    ['against the regions for new droplets', wishes({ provisioning: { preferredRegions: ['ams3'] } }), {}],
    ['without room for growth', wishes({ provisioning: { autoScaleEnabled: false } }), {}],
    [
      'where another size has more for less',
      {},
      { sizes: [...SIZES, { ...(SIZES[5] as (typeof SIZES)[0]), slug: 's-best', priceMonthlyMicros: 1e6 }] },
    ],
    ['with the last dollar of the budget', wishes({ provisioning: { monthlyBudgetMicros: 132e6 } }), {}],
  ])('%s', (_, r, s) => {
    const decision = asked('s-8vcpu-16gb', 'nyc3', r, s)
    expect(decision.summary).toBe('As you asked: a new s-8vcpu-16gb in nyc3 for $96.00 a month.')
    expect(decision.choice).toMatchObject({ kind: 'create', size: 's-8vcpu-16gb', region: 'nyc3' })
    expect(decision).toMatchObject({ ruledOutCounts: { 'not-requested': 1 }, noNewDroplet: null })
  })

  test('and each droplet that stands says why it was not taken', () => {
    expect(asked('s-1vcpu-1gb', 'fra1').ruledOut).toEqual([
      {
        ...{ dropletId: roomy.id, name: 'roomy', constraint: 'not-requested' },
        ...{ detail: 'A new droplet was asked for.', change: 'Ask for this one, or for none.' },
      },
    ])
  })
})

test('is refused with the wish, the reason and the way out', () => {
  const only = (slug: string, regions: string[]) =>
    SIZES.map((size) => (size.slug === slug ? { ...size, regions } : size))
  const one = (r: Partial<PlacementRequest> = {}, s: Partial<Snapshot> = {}) => asked('s-2vcpu-4gb', 'nyc3', r, s)
  const refused = {
    'automatic droplets off': one(wishes({ provisioning: { enabled: false } })),
    'as many as the user allows': one(wishes({ provisioning: { maxDropletsPerUser: 1 } })),
    'account full': one({}, { dropletsLeft: 0 }),
    'existing ones only': one({ existingOnly: true }),
    'no prices': one({}, { sizes: [] }),
    'no such size': asked('s-3vcpu', 'nyc3'),
    'forbidden size': one(wishes({ forbiddenSizes: ['s-2vcpu-4gb'] })),
    'not for this template': one({ sizes: ['s-1vcpu-1gb', 's-1vcpu-2gb'] }),
    'too small': one({ memoryBytes: 5 * GIB }),
    'forbidden region': one(wishes({ forbiddenRegions: ['nyc3'] })),
    'another region': one({ regions: ['fra1'] }),
    'no region at all': one({ regions: [] }),
    'closed region': one({}, { regions: ['fra1'] }),
    'not sold there': one({}, { sizes: only('s-2vcpu-4gb', ['fra1', 'mars1']) }),
    'sold nowhere': one({}, { sizes: only('s-2vcpu-4gb', []) }),
    budget: one(wishes({ provisioning: { monthlyBudgetMicros: 50e6 } })),
  }
  const said = Object.entries(refused).map(([why, { choice, noNewDroplet, candidates }]) => {
    expect(candidates).toEqual([])
    if (choice.kind !== 'none') throw new Error(`${why}: ${choice.kind}`)
    expect([choice.reason, choice.change]).toEqual([noNewDroplet?.detail, noNewDroplet?.change])
    return `${why}: ${choice.reason.replace('You asked for a new ', '… ')} → ${choice.change}`
  })
  expect(said).toMatchInlineSnapshot(`
    [
      "automatic droplets off: … s-2vcpu-4gb in nyc3. You have turned automatic droplets off. → Turn them on in your placement settings, or leave the choice to Berth.",
      "as many as the user allows: … s-2vcpu-4gb in nyc3. You have 1 droplet, and allow 1. → Allow more droplets in your placement settings, or leave the choice to Berth.",
      "account full: … s-2vcpu-4gb in nyc3. The cloud account may not create another one. → Ask DigitalOcean for a higher droplet limit, delete one, or leave the choice to Berth.",
      "existing ones only: … s-2vcpu-4gb in nyc3. This may not create one. → Allow a new droplet for it, or leave the choice to Berth.",
      "no prices: … s-2vcpu-4gb in nyc3. The cloud’s sizes and prices can’t be read right now. → Try again in a minute, or leave the choice to Berth.",
      "no such size: … s-3vcpu in nyc3. s-3vcpu is not on sale. → Ask for another size.",
      "forbidden size: … s-2vcpu-4gb in nyc3. You have forbidden s-2vcpu-4gb. → Allow s-2vcpu-4gb in your placement settings, or ask for another size.",
      "not for this template: … s-2vcpu-4gb in nyc3. This template goes on s-1vcpu-1gb, s-1vcpu-2gb only. → Ask for a new s-1vcpu-1gb, s-1vcpu-2gb.",
      "too small: … s-2vcpu-4gb in nyc3. Beside what the system takes it has 3603 MB memory, 1.90 vCPU and 76 GB disk; 5120 MB memory, 0.25 vCPU and 1024 MB disk is needed. → Ask for a larger size, or give the deployment less.",
      "forbidden region: … s-2vcpu-4gb in nyc3. You have forbidden nyc3. → Allow nyc3 in your placement settings, or ask for another region.",
      "another region: … s-2vcpu-4gb in nyc3. It is to be in fra1. → Ask for fra1.",
      "no region at all: … s-2vcpu-4gb in nyc3. It may be in no region. → Ask for a region that the template allows.",
      "closed region: … s-2vcpu-4gb in nyc3. No droplet can be created in nyc3 now. → Ask for another region.",
      "not sold there: … s-2vcpu-4gb in nyc3. s-2vcpu-4gb is not on sale there. → Ask for fra1, or for another size.",
      "sold nowhere: … s-2vcpu-4gb in nyc3. s-2vcpu-4gb is not on sale there. → Ask for another size.",
      "budget: … s-2vcpu-4gb in nyc3. The fleet costs $36.00 a month, this droplet $24.00 more, and your budget is $50.00. → Raise the budget to $60.00 or more, or ask for a cheaper size.",
    ]
  `)
})

test('beside a droplet that stands is refused: it can’t go to both', () => {
  const { choice } = asked('s-1vcpu-1gb', 'fra1', { dropletId: roomy.id })
  expect(choice).toMatchObject({ kind: 'none', reason: "roomy can't take it. A new droplet was asked for." })
})

describe('what may be asked for', () => {
  const of = (vcpus: number, gib: number, dollars: number) => ({
    ...{ size: `s-${vcpus}vcpu-${gib}gb`, vcpus, memoryBytes: gib * 1024 * MIB, priceMonthlyMicros: dollars * 1e6 },
  })

  test('is every size that holds it where it is sold, cheapest first', () => {
    const sizes = SIZES.map((size) => (size.slug === 's-4vcpu-8gb' ? { ...size, regions: ['nyc3', 'mars1'] } : size))
    expect(wishable(snapshot({ sizes: sizes.toReversed() }), request({ memoryBytes: 3000 * MIB }))).toEqual([
      { ...of(2, 4, 24), regions: ['ams3', 'fra1', 'nyc3'], bestRegion: 'ams3' },
      { ...of(4, 8, 48), regions: ['nyc3'], bestRegion: 'nyc3' },
      { ...of(8, 16, 96), regions: ['ams3', 'fra1', 'nyc3'], bestRegion: 'ams3' },
    ])
  })

  test('is best in the region that scores best, of the regions for new droplets where it is sold there', () => {
    const best = (over: Partial<PlacementRequest>) => wishable(snapshot(), request(over))[0]?.bestRegion
    const place = { lat: 40.7, lon: -74, label: 'New York' }
    expect(best(wishes({ place }))).toBe('nyc3')
    expect(best(wishes({ place, provisioning: { preferredRegions: ['fra1'] } }))).toBe('fra1')
    expect(best(wishes({ place, provisioning: { preferredRegions: ['mars1'] } }))).toBe('nyc3')
    const { choice } = choose(snapshot(), request(wishes({ place })))
    expect(choice).toMatchObject({ kind: 'create', region: best(wishes({ place })) })
  })

  test('is nothing where no droplet may be made', () => {
    expect(wishable(snapshot({ dropletsLeft: 0 }), request())).toEqual([])
  })
})
