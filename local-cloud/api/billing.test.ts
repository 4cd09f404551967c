import { expect, test } from 'vitest'
import { costThisMonth } from './billing.ts'
import { newDroplet } from './cloud.ts'

function droplet(createdAt: string) {
  const given = {
    name: 'd',
    region: 'fra1',
    size: 's-1vcpu-1gb',
    imageId: 1,
    tags: [],
    features: [],
    vpcUuid: '',
    userData: '',
    authorizedKeys: [],
  }
  return { ...newDroplet(1, given), createdAt }
}

test.each([
  ['2026-11-10T00:00:00Z', '2026-11-10T00:00:01Z', 0.01],
  ['2026-11-10T00:00:00Z', '2026-11-10T10:00:00Z', 0.0893],
  ['2026-11-01T00:00:00Z', '2026-11-29T23:00:00Z', 6],
  ['2026-10-01T00:00:00Z', '2026-11-01T10:00:00Z', 0.0893],
])('a 6-dollar droplet from %s costs by %s of that month %d dollars', (from, to, dollars) => {
  expect(costThisMonth(droplet(from), new Date(to))).toBeCloseTo(dollars, 4)
})
