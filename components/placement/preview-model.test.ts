import { describe, expect, it } from 'vitest'
import { droplet } from '#components/testing/droplets.ts'
import type { PreviewView } from '#server/api/views-placement.ts'
import {
  choiceRows,
  exampleWords,
  isSame,
  newDropletLists,
  otherDroplets,
  priceLine,
  type Wanted,
  wantedIn,
  wishFor,
} from './preview-model.ts'
import { create, decision, existing } from './testing.ts'

const MIB = 2 ** 20
const here = existing('nyc3-1')
const fresh = create('ams3', { cost: 0.6 })
const offer = (size: string, vcpus: number, gib: number, dollars: number) => ({
  ...{ size, vcpus, memoryBytes: gib * 1024 * MIB, priceMonthlyMicros: dollars * 1e6 },
})
const preview: PreviewView = {
  ...decision([here, fresh]),
  monthlyNowMicros: 6_000_000,
  droplets: [],
  newDroplets: [
    { ...offer('s-1vcpu-1gb', 1, 1, 6), regions: ['ams3', 'nyc3'], bestRegion: 'nyc3' },
    { ...offer('s-2vcpu-4gb', 2, 4, 24), regions: ['fra1', 'nyc3'], bestRegion: 'fra1' },
    { ...offer('c-2', 2, 4, 42), regions: ['ams3', 'sfo3', 'tor1'], bestRegion: 'sfo3' },
  ],
  choices: [
    {
      candidate: here,
      monthlyMicros: 6_000_000,
      addedMonthlyMicros: 0,
      forecast: { monthlyMicros: 6_000_000, memoryShareAfter: 0.74, cpuShareAfter: 0.5, latencyMs: null },
      best: true,
      whyLarger: null,
      consequences: [],
    },
    {
      candidate: fresh,
      monthlyMicros: 12_000_000,
      addedMonthlyMicros: 6_000_000,
      forecast: { monthlyMicros: 12_000_000, memoryShareAfter: 0.2, cpuShareAfter: 0.25, latencyMs: 81.2 },
      best: false,
      whyLarger: null,
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
      wanted: { dropletId: 'nyc3-1' },
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
      wanted: { newDroplet: { size: 's-1vcpu-1gb', region: 'ams3' } },
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
    expect(priceLine(decision([]).choice, true)).toBe('No place for it: the reason stands above.')
  })

  it('says why a size is larger than what fits, on the choice that it is about', () => {
    const [kept, bought] = preview.choices as [PreviewView['choices'][0], PreviewView['choices'][0]]
    const rows = choiceRows({ ...preview, choices: [kept, { ...bought, whyLarger: 'Larger than needed.' }] }, [])
    expect(rows.map(({ changes }) => changes.includes('Larger than needed.'))).toEqual([false, true])
  })

  it('writes scores short', () => {
    expect(choiceRows(preview, []).map(({ score }) => score)).toEqual(['1.00', '0.90'])
  })
})

describe('another droplet', () => {
  const droplets = ['nyc3-1', 'ams3-1', 'ams3-2', 'ams3-3', 'ams3-4', 'gone'].map((id) =>
    droplet({ id, name: id, region: 'ams3', state: id === 'gone' ? 'deleting' : 'active' }),
  )
  const asked: PreviewView['droplets'] = [
    { dropletId: 'ams3-1', freeMemoryBytes: 600 * MIB, refused: null },
    {
      ...{ dropletId: 'ams3-2', freeMemoryBytes: 172 * MIB },
      refused: { constraint: 'memory', detail: '172 MB memory free, 256 MB needed.' },
    },
    {
      ...{ dropletId: 'ams3-3', freeMemoryBytes: 600 * MIB },
      refused: { constraint: 'unusable', detail: 'It is unreachable.' },
    },
  ]

  it('says where it is and what is free, or why it can’t take this', () => {
    expect(otherDroplets({ ...preview, droplets: asked }, droplets)).toEqual([
      { id: 'ams3-1', label: 'ams3-1: ams3, s-1vcpu-1gb, 600 MB free', refused: false },
      { id: 'ams3-2', label: 'ams3-2: ams3, s-1vcpu-1gb, full: 172 MB free', refused: true },
      { id: 'ams3-3', label: 'ams3-3: ams3, s-1vcpu-1gb, it is unreachable', refused: true },
      { id: 'ams3-4', label: 'ams3-4: ams3, s-1vcpu-1gb, not ready', refused: true },
    ])
  })
})

describe('another new droplet', () => {
  const large: Wanted = { newDroplet: { size: 's-2vcpu-4gb', region: 'nyc3' } }

  it('is offered at its price, and then in the regions where its size is sold', () => {
    expect(newDropletLists(preview, null)).toEqual({
      sizes: [
        { slug: 's-1vcpu-1gb', label: 'New s-1vcpu-1gb: 1 GB, 1 vCPU, +$6.00/mo' },
        { slug: 's-2vcpu-4gb', label: 'New s-2vcpu-4gb: 4 GB, 2 vCPU, +$24.00/mo' },
        { slug: 'c-2', label: 'New c-2: 4 GB, 2 vCPU, +$42.00/mo' },
      ],
      regions: [],
      chosen: null,
    })
    expect(newDropletLists(preview, large)).toMatchObject({
      regions: ['fra1', 'nyc3'],
      chosen: { size: 's-2vcpu-4gb', region: 'nyc3' },
    })
  })

  it('stays in the lists once it can’t be had, so that the page shows what was chosen', () => {
    const { sizes, regions } = newDropletLists({ newDroplets: [] }, large)
    expect([sizes, regions]).toEqual([[{ slug: 's-2vcpu-4gb', label: 'New s-2vcpu-4gb' }], ['nyc3']])
  })

  it.each<[string, string, Wanted | null, string | null]>([
    ['where its size scores best', 's-2vcpu-4gb', null, 'fra1'],
    ['in the region chosen before', 's-1vcpu-1gb', { newDroplet: { size: 'c-2', region: 'ams3' } }, 'ams3'],
    ['not in one that nobody chose', 'c-2', { newDroplet: { size: 's-1vcpu-1gb', region: 'nyc3' } }, 'sfo3'],
    ['where it is sold', 'c-2', large, 'sfo3'],
    ['nowhere, when nobody sells it', 'gone', large, null],
  ])('begins %s', (_, size, wanted, region) => {
    expect(wishFor(preview, size, wanted)).toEqual(region && { newDroplet: { size, region } })
  })

  it('is given up for a region that was typed, and only for another one', () => {
    expect([wantedIn('', large), wantedIn('nyc3', large), wantedIn('fra1', large)]).toEqual([large, large, null])
    expect(wantedIn('fra1', { dropletId: 'a' })).toEqual({ dropletId: 'a' })
  })

  it('is told from others by size and region', () => {
    expect(isSame(large, { newDroplet: { size: 's-2vcpu-4gb', region: 'nyc3' } })).toBe(true)
    for (const other of [null, { dropletId: 'a' }, { newDroplet: { size: 's-2vcpu-4gb', region: 'fra1' } }])
      expect(isSame(large, other)).toBe(false)
    expect([isSame(null, null), isSame({ dropletId: 'a' }, { dropletId: 'a' })]).toEqual([true, true])
  })
})
