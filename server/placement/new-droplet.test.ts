import { describe, expect, test } from 'vitest'
import { choose } from './choose.ts'
import { droplet, GIB, request, snapshot, wishes } from './testing.ts'
import type { PlacementRequest } from './types.ts'

describe('what placement may make', () => {
  const full = snapshot({ droplets: [droplet('full', { free: { memoryBytes: 0 } })] })
  test.each<[string, PlacementRequest, string, string]>([
    [
      'nothing when automatic droplets are off',
      request(wishes({ provisioning: { enabled: false } })),
      'No droplet has room (1 short of memory). You have turned automatic droplets off.',
      'Turn them on in your placement settings, or make room.',
    ],
    [
      'no more than the user allows',
      request(wishes({ provisioning: { maxDropletsPerUser: 1 } })),
      'No droplet has room (1 short of memory). You have 1 droplet, and allow 1.',
      'Allow more droplets in your placement settings, or make room.',
    ],
    [
      'nothing beyond the budget',
      request(wishes({ provisioning: { monthlyBudgetMicros: 40e6 } })),
      'No droplet has room (1 short of memory). The fleet costs $36.00 a month, the cheapest droplet for it $6.00 more, and your budget is $40.00.',
      'Raise the budget to $42.00 or more, or make room.',
    ],
    [
      'only what the budget has left',
      request(wishes({ provisioning: { monthlyBudgetMicros: 42e6 } })),
      'No droplet has room (1 short of memory): a new s-1vcpu-1gb in fra1 for $6.00 a month.',
      '',
    ],
    [
      "the user's own size",
      request(wishes({ provisioning: { defaultSize: 's-4vcpu-8gb' } })),
      'No droplet has room (1 short of memory): a new s-4vcpu-8gb in fra1 for $48.00 a month.',
      '',
    ],
    [
      'a size that is large enough, where the own one is not',
      request({ memoryBytes: 3 * GIB, ...wishes({ provisioning: { defaultSize: 's-1vcpu-1gb' } }) }),
      'No droplet has room (1 short of memory): a new s-2vcpu-4gb in fra1 for $24.00 a month.',
      '',
    ],
    [
      'nothing in a region that the user forbids, whoever asks for it',
      request({ regions: ['nyc3'], ...wishes({ forbiddenRegions: ['nyc3'] }) }),
      'No droplet has room (1 in another region). You have forbidden nyc3.',
      'Allow nyc3 in your placement settings, or ask for another region.',
    ],
    [
      'nothing where the regions for new ones are forbidden, or not there',
      request(
        wishes({ forbiddenRegions: ['nyc3', 'ams3'], provisioning: { preferredRegions: ['nyc3', 'ams3', 'mars1'] } }),
      ),
      'No droplet has room (1 short of memory). You have forbidden ams3, nyc3. No droplet can be created in mars1.',
      'Allow one of them in your placement settings, or choose other regions for new droplets.',
    ],
    [
      'nothing where every region is forbidden',
      request(wishes({ forbiddenRegions: ['nyc3', 'ams3', 'fra1'] })),
      'No droplet has room (1 in a forbidden region). You have forbidden ams3, fra1, nyc3.',
      'Allow one of them in your placement settings.',
    ],
    [
      'a droplet in the region for new ones',
      request(wishes({ provisioning: { preferredRegions: ['nyc3'] } })),
      'No droplet has room (1 short of memory): a new s-2vcpu-4gb in nyc3 for $24.00 a month.',
      '',
    ],
    [
      'no larger one than this needs, without room for growth',
      request(wishes({ provisioning: { autoScaleEnabled: false } })),
      'No droplet has room (1 short of memory): a new s-1vcpu-1gb in fra1 for $6.00 a month.',
      '',
    ],
  ])('%s', (_, asked, summary, change) => {
    const { choice, ...decision } = choose(full, asked)
    expect(decision.summary).toBe(summary)
    expect(choice.kind === 'none' ? choice.change : '').toBe(change)
    expect(decision.noNewDroplet?.change ?? '').toBe(change)
  })

  test('a new droplet is better than one where half of what is tried fails', () => {
    const failing = snapshot({ droplets: [droplet('bad', { failures: 3, region: 'sgp1' })] })
    const place = { lat: 48.1, lon: 11.6, label: 'Munich' }
    const decision = choose(failing, request(wishes({ place, weights: { load: 60, location: 40 } })))
    expect(decision.summary).toMatch(/^Better than the droplet with room: a new /)
    expect(decision.noNewDroplet).toBeNull()
  })
})
