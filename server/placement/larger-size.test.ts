import { describe, expect, it } from 'vitest'
import { whyLarger } from './larger-size.ts'
import { MIB, request, snapshot, wishes } from './testing.ts'
import type { PlacementRequest } from './types.ts'

const bought = (slug: string, dollars: number) =>
  ({ kind: 'create', size: slug, region: 'fra1', priceMonthlyMicros: dollars * 1e6 }) as const
const why = (over: Partial<PlacementRequest>) =>
  whyLarger(snapshot(), request({ memoryBytes: 1000 * MIB, ...over }), bought('s-2vcpu-4gb', 24))

describe('a larger droplet than the deployment needs', () => {
  it('is explained by its price, the smallest that fits, and the switch', () => {
    expect(why({})).toBe(
      's-2vcpu-4gb: $24.00/mo; the smallest that fits is s-1vcpu-2gb at $12.00/mo, taken larger for servers to come; switch this off under Settings, Placement.',
    )
  })

  it('names the wish that it comes from', () => {
    expect(why(wishes({ provisioning: { defaultSize: 's-2vcpu-4gb' } }))).toContain('your size for new droplets')
    expect(why(wishes({ preferredSizes: ['s-2vcpu-4gb'] }))).toContain('you prefer this size')
    expect(why(wishes({ provisioning: { autoScaleEnabled: false } }))).toContain('scores better')
  })

  it('is the person’s own, where they asked for it', () => {
    expect(why({ newDroplet: { size: 's-2vcpu-4gb', region: 'fra1' } })).toContain('because you asked for this size')
  })

  it('says nothing where nothing smaller would do, or nothing is bought', () => {
    expect(why({ memoryBytes: 3000 * MIB })).toBeNull()
    expect(why({ sizes: ['s-2vcpu-4gb'] })).toBeNull()
    expect(whyLarger(snapshot(), request(), { kind: 'existing', dropletId: 'd', name: 'd' })).toBeNull()
  })
})
