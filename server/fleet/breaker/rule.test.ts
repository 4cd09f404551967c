import { expect, test } from 'vitest'
import { alarmsOf, type Evidence, type Held, judge, type Verdict } from './rule.ts'

const now = new Date('2026-11-23T12:00:00Z')
const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * 60_000)
const evidence = (o: Partial<Evidence> = {}): Evidence => ({
  ...{ faults: 0, lost: 0, reachable: true, memoryShares: [0.4, 0.4, 0.4], reservedShares: [0.6, 0.6, 0.6] },
  ...o,
})
const held = (o: Partial<Held> = {}): Held => ({
  ...{ reason: 'failing', until: inMinutes(-1), trips: 1, trial: 'none' },
  ...o,
})
const said = (verdict: Verdict) =>
  verdict.kind === 'hold'
    ? `${verdict.reason} for ${Math.round((verdict.until.getTime() - now.getTime()) / 60_000)} min`
    : verdict.kind

test.each<[string, Held | null, Partial<Evidence>, string]>([
  ['a quiet droplet stays open', null, {}, 'keep'],
  ['two faults are bad luck', null, { faults: 2 }, 'keep'],
  ['three faults hold it', null, { faults: 3 }, 'failing for 10 min'],
  ['lost twice in an hour is a reboot or two', null, { lost: 2, reachable: false }, 'keep'],
  ['lost three times in an hour holds it', null, { lost: 3 }, 'unreachable for 10 min'],
  [
    'memory above 95 % for three samples holds it',
    null,
    { memoryShares: [0.96, 0.97, 0.99] },
    'over-memory for 10 min',
  ],
  ['one sample below lets it be', null, { memoryShares: [0.99, 0.95, 0.99] }, 'keep'],
  ['two samples are too few', null, { memoryShares: [0.99, 0.99] }, 'keep'],
  ['more than reserved is an alarm, no hold', null, { reservedShares: [1.3, 1.3, 1.3] }, 'keep'],
  ['while it cools down nothing changes it', held({ until: inMinutes(5) }), { faults: 9 }, 'keep'],
  ['after the cool-down it waits for a trial', held(), { faults: 9 }, 'keep'],
  ['a trial under way is waited for', held({ trial: 'running' }), { memoryShares: [1, 1, 1] }, 'keep'],
  ['a healthy trial opens it', held({ trial: 'healthy' }), { faults: 9 }, 'release'],
  ['a failed trial holds it twice as long', held({ trial: 'failed' }), {}, 'failing for 20 min'],
  ['and at most four hours', held({ trial: 'failed', trips: 9 }), {}, 'failing for 240 min'],
  ['a trial that was cancelled makes room for another', held({ trial: 'over' }), {}, 'another-trial'],
  ['memory still short needs no trial', held(), { memoryShares: [0.96, 0.96, 0.96] }, 'over-memory for 20 min'],
  ['still unreachable needs no trial', held(), { reachable: false }, 'unreachable for 20 min'],
])('%s', (_, hold, seen, expected) => {
  expect(said(judge(hold, evidence(seen), now))).toBe(expected)
})

test('alarms say what is used, of what', () => {
  expect(alarmsOf(evidence())).toEqual([])
  expect(alarmsOf(evidence({ memoryShares: [0.97, 0.96, 0.99], reservedShares: [1.31, 1.4, 1.25] }))).toEqual([
    { kind: 'over-memory', message: 'Its containers use 97 % of the memory it has for them.' },
    { kind: 'over-reserved', message: 'Its containers use 131 % of what is reserved for them.' },
  ])
})
