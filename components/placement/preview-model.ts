/** What the preview before a deployment says of each choice: its price, what changes, what it costs to override. Pure. */
import { formatMonthly } from '#components/ui/format.ts'
import type { DropletView } from '#server/api/views.ts'
import type { PreviewChoice, PreviewView } from '#server/api/views-placement.ts'
import type { Choice } from '#server/placement/types.ts'
import { keyOf, percent, twoDigits } from './decision-model.ts'

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

export function choiceRows(preview: PreviewView, droplets: readonly DropletView[]): ChoiceRow[] {
  return preview.choices.map((choice, index) => {
    const { candidate, addedMonthlyMicros } = choice
    const isNew = candidate.kind === 'create'
    return {
      key: keyOf(candidate),
      title: isNew ? `New ${candidate.size} in ${candidate.region}` : candidate.name,
      where: isNew ? null : candidate.region,
      price: addedMonthlyMicros > 0 ? `+${formatMonthly(addedMonthlyMicros)}` : 'no extra cost',
      monthly: formatMonthly(choice.monthlyMicros),
      score: twoDigits(candidate.score),
      changes: [
        ...changesOf(choice, droplets),
        ...(index === 0 && isNew && preview.whyLarger ? [preview.whyLarger] : []),
      ],
      consequences: choice.consequences,
      best: index === 0,
      dropletId: isNew ? null : candidate.dropletId,
    }
  })
}

function changesOf({ candidate, forecast }: PreviewChoice, droplets: readonly DropletView[]): string[] {
  if (!forecast) return []
  const arrives = forecast.latencyMs === null ? [] : [`${Math.round(forecast.latencyMs)} ms from your place`]
  if (candidate.kind === 'create')
    return [
      `A new ${candidate.size} in ${candidate.region}, ${percent(forecast.memoryShareAfter)} of its memory reserved`,
      ...arrives,
    ]
  const droplet = droplets.find(({ id }) => id === candidate.dropletId)
  const share = (after: number, reserved: number | undefined, usable: number | undefined) =>
    reserved === undefined || !usable
      ? `is ${percent(after)} reserved`
      : `goes from ${percent(reserved / usable)} to ${percent(after)}`
  return [
    `Memory on ${candidate.name} ${share(forecast.memoryShareAfter, droplet?.reservedMemoryBytes, droplet?.usableMemoryBytes)}`,
    `CPU ${share(forecast.cpuShareAfter, droplet?.reservedCpuMillis, droplet?.usableCpuMillis)}`,
    ...arrives,
  ]
}

/** What a deployment costs and where it goes, in one line beside its button. */
export function priceLine(choice: Choice): string {
  switch (choice.kind) {
    case 'existing':
      return `No extra cost, on ${choice.name}`
    case 'create':
      return `+${formatMonthly(choice.priceMonthlyMicros)}, a new ${choice.size} in ${choice.region}`
    case 'none':
      return choice.reason
  }
}

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
