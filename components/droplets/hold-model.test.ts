import { describe, expect, it } from 'vitest'
import type { HoldView } from '#server/api/views-placement.ts'
import { alarmLines, holdWords } from './hold-model.ts'

const MINUTE_MS = 60_000
const hold: HoldView = {
  reason: 'over-memory',
  detail: 'using 1.1 GB of 1 GB',
  since: new Date(0),
  until: new Date(5 * MINUTE_MS),
  trying: false,
}

describe('a droplet that the circuit breaker holds', () => {
  it('says why, what goes on, and when it is tried again', () => {
    expect(holdWords(hold, MINUTE_MS)).toEqual({
      title: 'Held: over its memory',
      why: 'It is using 1.1 GB of 1 GB. Nothing new goes here; what runs goes on.',
      next: 'In 4 min one deployment may try it.',
    })
    expect(holdWords(hold, 6 * MINUTE_MS).next).toBe('The next deployment may try it.')
    expect(holdWords({ ...hold, trying: true }, 0).next).toMatch('One deployment is trying it now')
  })

  it('lists its alarms, the oldest first', () => {
    const alarms = [
      { kind: 'over-reserved' as const, message: 'b', since: new Date(2) },
      { kind: 'over-memory' as const, message: 'a', since: new Date(1) },
    ]
    expect(alarmLines({ alarms }).map(({ title }) => title)).toEqual(['Over its memory', 'Uses more than is reserved'])
  })
})
