/** What the preview before a deployment says of each choice: its price, what changes, what it costs to override. Pure. */
import { formatBytes, formatCpu, formatMonthly } from '#components/ui/format.ts'
import type { DropletView } from '#server/api/views.ts'
import type { PreviewChoice, PreviewView } from '#server/api/views-placement.ts'
import type { Choice, Constraint, NewDropletWish } from '#server/placement/types.ts'
import { keyOf, percent, twoDigits } from './decision-model.ts'

/** What a person asks for in place of Berth's choice: a droplet of theirs, or a new one. */
export type Wanted = { dropletId: string } | { newDroplet: NewDropletWish }

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
  /** What a deployment names to be put there. */
  wanted: Wanted
}

export function choiceRows(preview: PreviewView, droplets: readonly DropletView[]): ChoiceRow[] {
  return preview.choices.map((choice) => {
    const { candidate, addedMonthlyMicros, best } = choice
    const isNew = candidate.kind === 'create'
    return {
      key: keyOf(candidate),
      title: isNew ? `New ${candidate.size} in ${candidate.region}` : candidate.name,
      where: isNew ? null : candidate.region,
      price: addedMonthlyMicros > 0 ? `+${formatMonthly(addedMonthlyMicros)}` : 'no extra cost',
      monthly: formatMonthly(choice.monthlyMicros),
      score: twoDigits(candidate.score),
      changes: [...changesOf(choice, droplets), ...(choice.whyLarger ? [choice.whyLarger] : [])],
      consequences: choice.consequences,
      best,
      wanted: isNew
        ? { newDroplet: { size: candidate.size, region: candidate.region } }
        : { dropletId: candidate.dropletId },
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

/** What a deployment costs and where it goes, in one line beside its button. @param reasonAbove it stands there too */
export function priceLine(choice: Choice, reasonAbove = false): string {
  switch (choice.kind) {
    case 'existing':
      return `No extra cost, on ${choice.name}`
    case 'create':
      return `+${formatMonthly(choice.priceMonthlyMicros)}, a new ${choice.size} in ${choice.region}`
    case 'none':
      return reasonAbove ? 'No place for it: the reason stands above.' : choice.reason
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

const wishOf = (wanted: Wanted | null): NewDropletWish | null =>
  wanted && 'newDroplet' in wanted ? wanted.newDroplet : null

export function isSame(a: Wanted | null, b: Wanted | null): boolean {
  if (a === null || b === null) return a === b
  const [wishA, wishB] = [wishOf(a), wishOf(b)]
  if (wishA && wishB) return wishA.size === wishB.size && wishA.region === wishB.region
  return 'dropletId' in a && 'dropletId' in b && a.dropletId === b.dropletId
}

/** Null where the region that was typed rules the wish for a new droplet out. @param region empty: any */
export const wantedIn = (region: string, wanted: Wanted | null): Wanted | null =>
  region !== '' && (wishOf(wanted)?.region ?? region) !== region ? null : wanted

/** What the two lists of another new droplet offer, and which of it is chosen. */
export interface NewDropletLists {
  sizes: { slug: string; label: string }[]
  /** Those of the chosen size. */
  regions: string[]
  chosen: NewDropletWish | null
}

/** What was chosen stands in its lists also when it can't be had any more. */
export function newDropletLists(
  { newDroplets }: Pick<PreviewView, 'newDroplets'>,
  wanted: Wanted | null,
): NewDropletLists {
  const chosen = wishOf(wanted)
  const offered = newDroplets.find(({ size }) => size === chosen?.size)
  const sizes = newDroplets.map(({ size, memoryBytes, vcpus, priceMonthlyMicros }) => ({
    slug: size,
    label: `New ${size}: ${formatBytes(memoryBytes)}, ${formatCpu(vcpus * 1000)}, +${formatMonthly(priceMonthlyMicros)}`,
  }))
  return {
    sizes: chosen && !offered ? [{ slug: chosen.size, label: `New ${chosen.size}` }, ...sizes] : sizes,
    regions: chosen ? [...new Set([...(offered?.regions ?? []), chosen.region])].sort() : [],
    chosen,
  }
}

/** A size that was picked, where it scores best; a region that the person chose themselves stays, if it is sold there. */
export function wishFor(
  { newDroplets }: Pick<PreviewView, 'newDroplets'>,
  size: string,
  wanted: Wanted | null,
): Wanted | null {
  const offerOf = (slug: string | undefined) => newDroplets.find((each) => each.size === slug)
  const offered = offerOf(size)
  if (!offered) return null
  const before = wishOf(wanted)
  const own = before && offerOf(before.size)?.bestRegion !== before.region ? before.region : null
  const region = own !== null && offered.regions.includes(own) ? own : offered.bestRegion
  return { newDroplet: { size, region } }
}

/** One more droplet of the person's that may be asked for. */
export interface OtherDroplet {
  id: string
  label: string
  /** It can't take the deployment: the label says why. */
  refused: boolean
}

/** Those that stand and are not among the choices, each with where it is, what is free, and what keeps this off it. */
export function otherDroplets(
  { choices, droplets: asked }: Pick<PreviewView, 'choices' | 'droplets'>,
  droplets: readonly DropletView[],
): OtherDroplet[] {
  const shown = new Set(choices.map(({ candidate }) => (candidate.kind === 'existing' ? candidate.dropletId : '')))
  return droplets
    .filter(({ id, state }) => !shown.has(id) && state !== 'deleted' && state !== 'deleting')
    .map(({ id, name, region, size }) => {
      const room = asked.find(({ dropletId }) => dropletId === id)
      const about = `${name}: ${region}, ${size}`
      if (!room) return { id, label: `${about}, not ready`, refused: true }
      const free = `${formatBytes(room.freeMemoryBytes)} free`
      if (!room.refused) return { id, label: `${about}, ${free}`, refused: false }
      const { constraint, detail } = room.refused
      const why = FULL.has(constraint) ? `full: ${constraint === 'memory' ? free : detail}` : lowered(detail)
      return { id, label: `${about}, ${why.replace(/\.$/, '')}`, refused: true }
    })
}

const lowered = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1)

const FULL = new Set<Constraint>(['memory', 'cpu', 'disk'])
