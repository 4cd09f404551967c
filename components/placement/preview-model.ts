/** What the preview before a deployment says of each choice: its price, what changes, what it costs to override. Pure. */
import { formatMonthly } from '#components/ui/format.ts'
import type { DropletView } from '#server/api/views.ts'
import type { PreviewChoice, PreviewView } from '#server/api/views-placement.ts'
import type { Resources } from '#server/placement/types.ts'
import { digits, keyOf, percent } from './decision-model.ts'

export interface ChoiceRow {
  key: string
  title: string
  /** Region of a droplet that exists; what is new says it in its title. */
  where: string | null
  /** "no extra cost" or "+$6.00/mo". */
  price: string
  /** What the whole fleet costs with it. */
  monthly: string
  score: string
  changes: string[]
  /** Against what Berth would choose; empty for that itself. */
  consequences: string[]
  /** Berth's own choice. */
  best: boolean
  /** What a deployment names to be put there; null where nobody can be sent by name. */
  dropletId: string | null
}

type Need = Pick<Resources, 'memoryBytes' | 'cpuMillis'>

export function choiceRows(preview: PreviewView, droplets: readonly DropletView[], need: Need): ChoiceRow[] {
  return preview.choices.map((choice, index) => {
    const { candidate, addedMonthlyMicros } = choice
    const isNew = candidate.kind === 'create'
    return {
      key: keyOf(candidate),
      title: isNew ? `New ${candidate.size} in ${candidate.region}` : candidate.name,
      where: isNew ? null : candidate.region,
      price: addedMonthlyMicros > 0 ? `+${formatMonthly(addedMonthlyMicros)}` : 'no extra cost',
      monthly: formatMonthly(choice.monthlyMicros),
      score: digits(candidate.score),
      changes: changesOf(choice, droplets, need),
      consequences: choice.consequences,
      best: index === 0,
      dropletId: isNew ? null : candidate.dropletId,
    }
  })
}

function changesOf({ candidate, forecast }: PreviewChoice, droplets: readonly DropletView[], need: Need): string[] {
  if (!forecast) return []
  const arrives = forecast.latencyMs === null ? [] : [`${Math.round(forecast.latencyMs)} ms from your place`]
  if (candidate.kind === 'create')
    return [
      `A new ${candidate.size} in ${candidate.region}, ${percent(forecast.memoryShareAfter)} of its memory reserved`,
      ...arrives,
    ]
  const droplet = droplets.find(({ id }) => id === candidate.dropletId)
  const share = (after: number, reserved: number | undefined, needed: number) =>
    reserved === undefined
      ? `is ${percent(after)} reserved`
      : `goes from ${percent(before(after, reserved, needed))} to ${percent(after)}`
  return [
    `Memory on ${candidate.name} ${share(forecast.memoryShareAfter, droplet?.reservedMemoryBytes, need.memoryBytes)}`,
    `CPU ${share(forecast.cpuShareAfter, droplet?.reservedCpuMillis, need.cpuMillis)}`,
    ...arrives,
  ]
}

/** The forecast counts against what the system leaves free, which is known here only through it. */
const before = (after: number, reserved: number, needed: number): number =>
  reserved + needed > 0 ? (after * reserved) / (reserved + needed) : 0

/** "Memory would go to nyc3-1." */
export function exampleWords(template: string, { choice }: Pick<PreviewView, 'choice'>): string {
  switch (choice.kind) {
    case 'existing':
      return `${template} would go to ${choice.name}.`
    case 'create':
      return `${template} would go to a new ${choice.size} in ${choice.region}, +${formatMonthly(choice.priceMonthlyMicros)}.`
    case 'none':
      return `${template} would go nowhere. ${choice.reason} ${choice.change}`.trim()
  }
}
