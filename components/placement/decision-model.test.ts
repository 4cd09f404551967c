import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  candidateRows,
  differences,
  digits,
  forecastFacts,
  newDroplet,
  percent,
  ruledOutGroups,
  weightRows,
} from './decision-model.ts'
import { create, decision, existing } from './testing.ts'

const number = (text: string): number => Math.round(Number(text.replace('−', '-')) * 1e6)

describe('why this droplet', () => {
  it('I10: the points shown add up to the score shown, to the last digit', () => {
    fc.assert(
      fc.property(
        fc.float({ min: 0, max: 1, noNaN: true }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        (load, cost) => {
          const [row] = candidateRows(decision([existing('nyc3-1', { load, cost })]))
          const sum = row?.lines.reduce((total, line) => total + number(line.points), 0)
          expect(sum).toBe(number(row?.score ?? ''))
        },
      ),
    )
  })

  it('shows all six digits, also of small and negative numbers', () => {
    expect([812_345, 1_000_000, 7, 0, -50_000].map(digits)).toEqual([
      '0.812345',
      '1.000000',
      '0.000007',
      '0.000000',
      '−0.050000',
    ])
  })

  it('stacks the bar end to end in the order of the key, without what is worth nothing', () => {
    const [row] = candidateRows(decision([existing('nyc3-1', { load: 0 })]))
    expect(row?.segments.map(({ name }) => name)).toEqual([
      'resources',
      'location',
      'cost',
      'redundancy',
      'preferences',
    ])
    for (const [n, segment] of (row?.segments ?? []).entries()) {
      const before = row?.segments[n - 1]
      expect(segment.from).toBeCloseTo(before ? before.from + before.width : 0, 9)
    }
  })

  it('says by which factors the others lie behind, the greatest first', () => {
    const rows = candidateRows(
      decision([existing('nyc3-1', { redundancy: 0.5 }), create('ams3', { location: 0.2, cost: 0.6 })]),
    )
    expect(rows.map(({ name, chosen, behind }) => [name, chosen, behind])).toEqual([
      ['nyc3-1', true, null],
      ['New s-1vcpu-1gb', false, '0.170000 behind: Location −0.120000, Cost −0.100000, Redundancy +0.050000'],
    ])
    expect(differences(existing('a'), existing('b'))).toEqual([])
  })

  it('says that names decide between equals', () => {
    const [, second] = candidateRows(decision([existing('nyc3-1'), existing('nyc3-2')]))
    expect(second?.behind).toBe('Equal score: first by name.')
  })

  it('groups those that were ruled out by reason, counts them all and names those it can', () => {
    const groups = ruledOutGroups({
      ruledOut: [
        { dropletId: 'a', name: 'a', constraint: 'memory', detail: '', change: '' },
        { dropletId: 'b', name: 'b', constraint: 'held', detail: '', change: '' },
      ],
      ruledOutCounts: { held: 1, memory: 31 },
    })
    expect(groups.map(({ title, count, named, more }) => [title, count, named.length, more])).toEqual([
      ['Not enough memory', 31, 1, 'and 30 more droplets'],
      ['Held by the circuit breaker', 1, 1, null],
    ])
  })

  it('says what a new droplet would have scored, or why there can be none', () => {
    expect(newDroplet(decision([existing('nyc3-1'), create('nyc3', { cost: 0.6 })]))).toEqual({
      kind: 'scored',
      text: 'The best new one, s-1vcpu-1gb in nyc3 for +$6.00/mo, would have scored 0.900000, 0.100000 less.',
    })
    expect(newDroplet(decision([create('nyc3')]))).toEqual({ kind: 'chosen' })
    expect(newDroplet(decision([existing('nyc3-1')]))).toBeNull()
    expect(
      newDroplet(
        decision([existing('nyc3-1')], {
          noNewDroplet: { constraint: 'budget', detail: 'It would cost too much.', change: 'Raise the budget.' },
        }),
      ),
    ).toEqual({ kind: 'refused', text: 'It would cost too much.', change: 'Raise the budget.' })
  })

  it('names all six weights in force', () => {
    expect(weightRows(decision([]).weights).map(({ title, percent: share }) => `${title} ${share}`)).toEqual([
      'Resources 30 %',
      'Load 10 %',
      'Location 15 %',
      'Cost 25 %',
      'Redundancy 10 %',
      'Preferences 10 %',
    ])
    expect([0, 0.0004, 0.333333, 1].map(percent)).toEqual(['0 %', '< 0.1 %', '33.3 %', '100 %'])
  })

  it('says what was expected, and nothing of a round trip when no place is told', () => {
    const { choice } = decision([existing('nyc3-1')])
    const forecast = { monthlyMicros: 12_000_000, memoryShareAfter: 0.74, cpuShareAfter: 0.25, latencyMs: null }
    expect(forecastFacts({ choice, forecast }).map(({ name, value }) => `${name} ${value}`)).toEqual([
      'The fleet costs $12.00/mo',
      'Memory reserved on nyc3-1 74 %',
      'CPU reserved on nyc3-1 25 %',
    ])
    expect(forecastFacts({ choice, forecast: { ...forecast, latencyMs: 81.4 } }).at(-1)?.value).toBe('81 ms')
  })
})
