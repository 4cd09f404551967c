import { expect, test } from 'vitest'
import { askable } from './asked-droplet.ts'
import { choose } from './choose.ts'
import { droplet, MIB, request, snapshot, wishes } from './testing.ts'

const free = (mib: number) => ({ memoryBytes: mib * MIB, cpuMillis: 1000, diskBytes: 20_000 * MIB })
const droplets = [
  droplet('c', { id: 'c', free: free(2000), state: 'unusable', reason: 'unreachable' }),
  droplet('b', { id: 'b', free: free(172) }),
  droplet('a', { id: 'a', free: free(2000) }),
  droplet('d', { id: 'd', free: free(-40) }),
]
const fleet = snapshot({ droplets })

test('a droplet that can’t take it says why, with what is free there', () => {
  expect(askable(fleet, request({ memoryBytes: 256 * MIB }))).toEqual([
    { dropletId: 'a', freeMemoryBytes: 2000 * MIB, refused: null },
    {
      ...{ dropletId: 'b', freeMemoryBytes: 172 * MIB },
      refused: { constraint: 'memory', detail: '172 MB memory free, 256 MB needed.' },
    },
    {
      ...{ dropletId: 'c', freeMemoryBytes: 2000 * MIB },
      refused: { constraint: 'unusable', detail: 'It is unreachable.' },
    },
    {
      ...{ dropletId: 'd', freeMemoryBytes: 0 },
      refused: { constraint: 'memory', detail: '0 MB memory free, 256 MB needed.' },
    },
  ])
})

test('what it says is what placement does when the droplet is asked for', () => {
  const wanted = request({ memoryBytes: 256 * MIB, ...wishes({ forbiddenDroplets: ['a'] }) })
  for (const { dropletId, refused } of askable(fleet, wanted))
    expect(choose(fleet, { ...wanted, dropletId }).choice.kind).toBe(refused ? 'none' : 'existing')
})
