import { expect, test } from 'vitest'
import { DEPLOYMENT_STATES, PROGRESSING_STATES, RESTING_STATES, SERVING_STATES } from './states.ts'

test('each deployment state is in exactly one set', () => {
  const sets = [PROGRESSING_STATES, SERVING_STATES, RESTING_STATES]
  for (const state of DEPLOYMENT_STATES)
    expect([state, sets.filter((set) => (set as readonly string[]).includes(state)).length]).toEqual([state, 1])
  expect(sets.flat()).toHaveLength(DEPLOYMENT_STATES.length)
})
