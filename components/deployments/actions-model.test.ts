import { describe, expect, it } from 'vitest'
import { DEPLOYMENT_STATES, PROGRESSING_STATES } from '#db/schema/states.ts'
import { actsFor, actWords, canRedeploy, insteadOf, refusedBecause } from './actions-model.ts'

describe('what can be done with a deployment', () => {
  it('offers nothing for what is gone or going', () => {
    expect(actsFor('deleted')).toEqual([])
    expect(actsFor('deleting')).toEqual([])
  })

  it('offers to delete anything else', () => {
    for (const state of DEPLOYMENT_STATES) if (!state.startsWith('delet')) expect(actsFor(state)).toContain('delete')
  })

  it('never offers a redeploy while a worker moves it on', () => {
    for (const state of PROGRESSING_STATES) expect(actsFor(state)).not.toContain('redeploy')
  })

  it('never offers to run again what would be refused, and says why', () => {
    expect(refusedBecause('redeploy', [{ kind: 'withdrawn' }])).toBe('This version is withdrawn.')
    expect(refusedBecause('start', [{ kind: 'upstream-deleted' }])).toBe('Its registry has deleted this server.')
    expect(refusedBecause('delete', [{ kind: 'withdrawn' }])).toBeNull()
    expect(refusedBecause('redeploy', [{ kind: 'deprecated' }, { kind: 'upstream-deprecated' }])).toBeNull()
    expect(canRedeploy('failed', [{ kind: 'withdrawn' }])).toBe(false)
    expect(canRedeploy('failed', [])).toBe(true)
  })

  it('leads from a withdrawn version to the one that is offered, or to other servers', () => {
    const offer = { template: { slug: 'memory', name: 'Memory' }, templateVersion: 1, offeredVersion: 3 }
    expect(insteadOf(offer)).toEqual({ href: '/marketplace/memory', label: 'Deploy version 3' })
    expect(insteadOf({ ...offer, offeredVersion: null }).href).toBe('/marketplace')
  })

  it('says before a delete what goes, and that the droplet goes on costing', () => {
    const words = actWords('delete', { name: 'memory', dropletName: 'nyc3-1', serving: true, tokens: 2 })
    expect([...words.lines, words.price]).toMatchInlineSnapshot(`
      [
        "Removed on nyc3-1: its container, its network, its volumes and all data in them.",
        "Its 2 tokens stop working at once.",
        "This can not be undone.",
        "The droplet nyc3-1 stays and goes on costing until you delete it under Droplets.",
      ]
    `)
  })
})
