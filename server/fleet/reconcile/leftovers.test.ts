import { describe, expect, test } from 'vitest'
import { DEPLOYMENT_STATES } from '#db/schema/states.ts'
import { attemptIsOver, type Owner, volumeIsOver } from './leftovers.ts'

const owner = (o: Partial<Owner> = {}): Owner => ({
  id: 'd',
  state: 'healthy',
  attempt: 2,
  servingAttempt: 2,
  healthyAt: new Date(),
  dropletId: 'x',
  ...o,
})

describe('I1, I4: what may be removed from a droplet', () => {
  test('in each state, of a deployment at its second attempt', () => {
    const rows = DEPLOYMENT_STATES.map((state) => {
      const o = owner({ state })
      const never = owner({ state, healthyAt: null })
      const said = (over: boolean) => (over ? 'removed' : 'kept')
      return [
        state.padEnd(9),
        `first attempt ${said(attemptIsOver(o, 1))}`,
        `second ${said(attemptIsOver(o, 2))}`,
        `volume ${said(volumeIsOver(o))}`,
        `volume that never served ${said(volumeIsOver(never))}`,
      ].join(', ')
    })
    expect(rows).toMatchInlineSnapshot(`
      [
        "queued   , first attempt kept, second kept, volume kept, volume that never served kept",
        "deploying, first attempt kept, second kept, volume kept, volume that never served kept",
        "healthy  , first attempt removed, second kept, volume kept, volume that never served kept",
        "unhealthy, first attempt removed, second kept, volume kept, volume that never served kept",
        "undoing  , first attempt kept, second kept, volume kept, volume that never served kept",
        "failed   , first attempt removed, second removed, volume kept, volume that never served removed",
        "cancelled, first attempt removed, second removed, volume kept, volume that never served removed",
        "stopping , first attempt kept, second kept, volume kept, volume that never served kept",
        "stopped  , first attempt removed, second kept, volume kept, volume that never served kept",
        "deleting , first attempt kept, second kept, volume kept, volume that never served kept",
        "deleted  , first attempt removed, second removed, volume removed, volume that never served removed",
      ]
    `)
  })

  test('what belongs to no deployment at all is removed', () => {
    expect([attemptIsOver(undefined, 1), volumeIsOver(undefined)]).toEqual([true, true])
  })

  test('while a redeploy runs, the container that still serves is kept', () => {
    expect(attemptIsOver(owner({ state: 'deploying', attempt: 3 }), 2)).toBe(false)
  })
})
