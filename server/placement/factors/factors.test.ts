import { describe, expect, test } from 'vitest'
import { choose } from '../choose.ts'
import { droplet, GIB, MIB, NOTHING_YET, onlyBy, request, snapshot, wishes } from '../testing.ts'
import type { PlacementRequest, Snapshot } from '../types.ts'

describe('each factor alone changes the decision', () => {
  const a = droplet('a')
  const b = droplet('b')
  const chosen = (s: Partial<Snapshot>, r: Partial<PlacementRequest>) => {
    const { choice } = choose(snapshot(s), request(r))
    return choice.kind === 'existing' ? choice.name : choice.kind === 'create' ? `a new ${choice.size}` : 'nothing'
  }

  test('resources: not where it would leave memory beside no CPU', () => {
    const droplets = [droplet('a', { free: { memoryBytes: 1400 * MIB, cpuMillis: 260 } }), b]
    expect(chosen({ droplets }, wishes({ weights: onlyBy('resources') }))).toBe('b')
    expect(chosen({ droplets: [a, b] }, wishes({ weights: onlyBy('resources') }))).toBe('a')
  })

  test('load: not where memory is measured to run out, nor where deployments fail', () => {
    const busy = { memoryBytes: 1500 * MIB, cpuMillis: 100, diskBytes: GIB }
    const by = wishes({ weights: onlyBy('load') })
    expect(chosen({ droplets: [droplet('a', { used: busy }), b] }, by)).toBe('b')
    expect(chosen({ droplets: [droplet('a', { failures: 2 }), b] }, by)).toBe('b')
    expect(chosen({ droplets: [a, b] }, by)).toBe('a')
  })

  test('location: near the user, by the map or as measured', () => {
    const droplets = [droplet('a', { region: 'nyc3' }), b]
    const place = { lat: 48.1, lon: 11.6, label: 'Munich' }
    expect(chosen({ droplets, sizes: [] }, wishes({ weights: onlyBy('location'), place }))).toBe('b')
    const latencyMs = { nyc3: 12, fra1: 240 }
    expect(chosen({ droplets, sizes: [], latencyMs }, wishes({ weights: onlyBy('location'), place }))).toBe('a')
    expect(chosen({ droplets, sizes: [] }, wishes({ weights: onlyBy('location') }))).toBe('a')
  })

  test('cost: room that is paid, else the size that will be used best', () => {
    const by = wishes({ weights: onlyBy('cost') })
    expect(chosen({ droplets: [a] }, by)).toBe('a')
    expect(chosen({ droplets: [] }, by)).toBe('a new s-2vcpu-4gb')
    expect(chosen(NOTHING_YET, by)).toBe('a new s-1vcpu-1gb')
  })

  test('redundancy: not beside its own replica, nor where half of everything is', () => {
    const by = { templateId: 't', ...wishes({ weights: onlyBy('redundancy') }), existingOnly: true }
    expect(chosen({ droplets: [droplet('a', { templates: { t: 1 } }), b] }, by)).toBe('b')
    expect(chosen({ droplets: [droplet('a', { containers: 5 }), b] }, by)).toBe('b')
    expect(chosen({ droplets: [a, b] }, by)).toBe('a')
  })

  test('preferences: what the user likes', () => {
    const droplets = [a, droplet('b', { region: 'nyc3', size: 's-2vcpu-4gb' })]
    const by = (o: object) => wishes({ weights: onlyBy('preferences'), ...o })
    expect(chosen({ droplets }, by({ preferredRegions: ['nyc3'] }))).toBe('b')
    expect(chosen({ droplets }, by({ preferredSizes: ['s-2vcpu-4gb'] }))).toBe('b')
    expect(chosen({ droplets }, by({ preferredDroplets: ['id-b'] }))).toBe('b')
    expect(chosen({ droplets }, by({}))).toBe('a')
  })
})
