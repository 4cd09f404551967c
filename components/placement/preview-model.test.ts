import { describe, expect, it } from 'vitest'
import { droplet } from '#components/testing/droplets.ts'
import type { PreviewView } from '#server/api/views-placement.ts'
import { choiceRows, exampleWords, priceLine } from './preview-model.ts'
import { create, decision, existing } from './testing.ts'

const MIB = 2 ** 20
const here = existing('nyc3-1')
const fresh = create('ams3', { cost: 0.6 })
const preview: PreviewView = {
  ...decision([here, fresh]),
  monthlyNowMicros: 6_000_000,
  whyLarger: null,
  choices: [
    {
      candidate: here,
      monthlyMicros: 6_000_000,
      addedMonthlyMicros: 0,
      forecast: { monthlyMicros: 6_000_000, memoryShareAfter: 0.74, cpuShareAfter: 0.5, latencyMs: null },
      consequences: [],
    },
    {
      candidate: fresh,
      monthlyMicros: 12_000_000,
      addedMonthlyMicros: 6_000_000,
      forecast: { monthlyMicros: 12_000_000, memoryShareAfter: 0.2, cpuShareAfter: 0.25, latencyMs: 81.2 },
      consequences: ['Costs $6.00 a month more.'],
    },
  ],
}

describe('the preview before a deployment', () => {
  it('says what changes on a droplet: its reserved share before and after', () => {
    const droplets = [
      droplet({
        id: 'nyc3-1',
        usableMemoryBytes: 1000 * MIB,
        reservedMemoryBytes: 610 * MIB,
        usableCpuMillis: 1000,
        reservedCpuMillis: 250,
      }),
    ]
    const [best] = choiceRows(preview, droplets)
    expect(best).toMatchObject({
      title: 'nyc3-1',
      price: 'no extra cost',
      monthly: '$6.00/mo',
      best: true,
      dropletId: 'nyc3-1',
      changes: ['Memory on nyc3-1 goes from 61 % to 74 %', 'CPU goes from 25 % to 50 %'],
      consequences: [],
    })
  })

  it('says the price of a new droplet, how far it is, and what overriding costs', () => {
    const [, second] = choiceRows(preview, [])
    expect(second).toMatchObject({
      title: 'New s-1vcpu-1gb in ams3',
      price: '+$6.00/mo',
      monthly: '$12.00/mo',
      best: false,
      dropletId: null,
      changes: ['A new s-1vcpu-1gb in ams3, 20 % of its memory reserved', '81 ms from your place'],
      consequences: ['Costs $6.00 a month more.'],
    })
  })

  it('says only what comes where the droplet is not known to the page yet', () => {
    expect(choiceRows(preview, [])[0]?.changes[0]).toBe('Memory on nyc3-1 is 74 % reserved')
  })

  it('names the place in one sentence, or why there is none', () => {
    expect([decision([here]), decision([fresh]), decision([])].map((each) => exampleWords('Memory', each))).toEqual([
      'Memory would go to nyc3-1.',
      'Memory would go to a new s-1vcpu-1gb in ams3, +$6.00/mo.',
      'Memory would go nowhere. There is no droplet. Allow new ones.',
    ])
  })

  it('says cost and place in one line beside the button', () => {
    expect([decision([here]), decision([fresh]), decision([])].map(({ choice }) => priceLine(choice))).toEqual([
      'No extra cost, on nyc3-1',
      '+$6.00/mo, a new s-1vcpu-1gb in ams3',
      'There is no droplet.',
    ])
  })

  it('says why a size is larger than what fits, of what would be bought alone', () => {
    const larger = { ...preview, whyLarger: 'Larger than needed.' }
    expect(choiceRows({ ...larger, choices: [...larger.choices].reverse() }, [])[0]?.changes).toContain(
      'Larger than needed.',
    )
    expect(choiceRows(larger, []).flatMap(({ changes }) => changes)).not.toContain('Larger than needed.')
  })

  it('writes scores short', () => {
    expect(choiceRows(preview, []).map(({ score }) => score)).toEqual(['1.00', '0.90'])
  })
})
