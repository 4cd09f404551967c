import { describe, expect, it } from 'vitest'
import { DEPLOYMENT_STATES, PROGRESSING_STATES } from '#db/schema/states.ts'
import { actsFor, actWords } from './actions-model.ts'

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
