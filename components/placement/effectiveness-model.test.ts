import { describe, expect, it } from 'vitest'
import type { EffectivenessView, ReplayView } from '#server/api/views-placement.ts'
import {
  choiceWords,
  difference,
  effectRows,
  hitRate,
  outcomeFacts,
  replayWords,
  useRows,
} from './effectiveness-model.ts'

const MIB = 2 ** 20
const view: EffectivenessView = {
  days: 30,
  users: 1,
  decisions: 42,
  truncated: false,
  created: 3,
  left: 5,
  judged: 30,
  hits: 27,
  faults: 1,
  dearer: 2,
  hitRate: 0.9,
  regret: { monthlyMicros: 1_200_000, worst: [] },
  use: null,
  causedMicros: 0,
  factors: [
    { name: 'cost', n: 30, correlation: 0.42, verdict: 'helps' },
    { name: 'location', n: 30, correlation: -0.5, verdict: 'misleads' },
    { name: 'load', n: 4, correlation: null, verdict: 'too-few' },
  ],
  fleet: {
    droplets: 2,
    monthlyMicros: 12_000_000,
    resources: {
      memoryBytes: { capacity: 1024 * MIB, reserved: 768 * MIB, used: 256 * MIB, stranded: 512 * MIB },
      cpuMillis: { capacity: 2000, reserved: 500, used: null, stranded: 0 },
      diskBytes: { capacity: 0, reserved: 0, used: null, stranded: 0 },
    },
  },
}
const replay: ReplayView = {
  days: 30,
  decisions: 42,
  truncated: false,
  changed: 7,
  otherRules: 0,
  monthlyDifferenceMicros: -6_000_000,
  changes: [],
}

describe('effectiveness', () => {
  it('says of how many decisions the rate is, and claims nothing when none can be judged', () => {
    expect(hitRate(view)).toMatchObject({ figure: '90\u00a0%', share: 0.9 })
    expect(hitRate(view).sentence).toMatch(/^27 of 30 judged decisions /)
    expect(hitRate({ ...view, judged: 0, hits: 0, hitRate: null })).toEqual({
      figure: '–',
      share: null,
      sentence: 'Of 42 decisions none can be judged yet.',
    })
    expect(outcomeFacts(view).map(({ value }) => value)).toEqual(['42', '30', '2', '1', '3', '5'])
  })

  it('shows what is used, reserved and stranded of the fleet, never beyond its capacity', () => {
    const [memory, cpu, disk] = useRows(view.fleet)
    expect(memory).toEqual({
      name: 'Memory',
      used: 0.25,
      reserved: 0.75,
      stranded: 0.25,
      words: '768 MB of 1 GB reserved, 256 MB used, 512 MB stranded',
    })
    expect(cpu?.words).toBe('0.5 vCPU of 2 vCPU reserved, use not measured, nothing stranded')
    expect(disk).toMatchObject({ reserved: 0, stranded: 0 })
  })

  it('names the factors that mislead, with how many decisions stand behind it', () => {
    expect(
      effectRows(view.factors).map(({ title, n, correlation, verdict }) => [title, n, correlation, verdict]),
    ).toEqual([
      ['Cost', '30', '+0.42', 'Helps: what it praised turned out well'],
      ['Location', '30', '−0.50', 'Misleads: what it praised turned out worse'],
      ['Load', '4', '–', 'Too few decisions to say'],
    ])
  })

  it('says what other weights would have changed', () => {
    const counted = 'Decisions that led to no droplet are replayed too; “Decisions” above leaves them out.'
    expect(replayWords(replay)).toEqual([
      '7 of 42 decisions would change: new droplets would have cost $6.00/mo less.',
      counted,
    ])
    expect(replayWords({ ...replay, changed: 0, otherRules: 1 })).toEqual([
      'All 42 decisions would be the same.',
      counted,
      '1 decision was made by earlier rules and compared with the present ones.',
    ])
    expect(replayWords({ ...replay, decisions: 0 })).toEqual(['There is no decision to replay in this time.'])
    expect(difference(0)).toBe('no difference')
    expect(choiceWords({ kind: 'create', size: 's-1vcpu-1gb', region: 'nyc3', priceMonthlyMicros: 1 })).toBe(
      'new s-1vcpu-1gb in nyc3',
    )
  })
})
