import { describe, expect, it } from 'vitest'
import {
  DEPLOYMENT_STATES,
  DROPLET_STATES,
  PROGRESSING_STATES,
  RESTING_STATES,
  STEP_STATUSES,
  STEPS,
} from '#db/schema/states.ts'
import { DEPLOYMENT_STATUS, DROPLET_STATUS, STEP_STATUS, STEP_TITLES } from './status.ts'

describe('status', () => {
  it('has a row for each state that the server knows, and no other', () => {
    expect(Object.keys(DEPLOYMENT_STATUS).sort()).toEqual([...DEPLOYMENT_STATES].sort())
    expect(Object.keys(STEP_STATUS).sort()).toEqual([...STEP_STATUSES].sort())
    expect(Object.keys(DROPLET_STATUS).sort()).toEqual([...DROPLET_STATES].sort())
    expect(Object.keys(STEP_TITLES)).toEqual([...STEPS])
  })

  it('calls terminal exactly the states in which nothing moves until a person acts', () => {
    const terminal = DEPLOYMENT_STATES.filter((state) => DEPLOYMENT_STATUS[state].terminal)
    expect(terminal).toEqual([...RESTING_STATES])
    for (const state of PROGRESSING_STATES) expect(DEPLOYMENT_STATUS[state].terminal).toBe(false)
  })

  it('never leaves a meaning to colour alone: states of one tone differ in icon and word', () => {
    for (const table of [DEPLOYMENT_STATUS, STEP_STATUS, DROPLET_STATUS]) {
      const rows = Object.values(table)
      expect(new Set(rows.map((row) => row.label)).size).toBe(rows.length)
      expect(new Set(rows.map((row) => row.icon)).size).toBe(rows.length)
    }
  })

  it('says each state in one sentence', () => {
    for (const row of [...Object.values(DEPLOYMENT_STATUS), ...Object.values(DROPLET_STATUS)])
      expect(row.sentence).toMatch(/^[A-Z].*\.$/)
  })
})
