/** Why a droplet is bought that is dearer than the smallest on which the deployment fits: said before the money is spent. */
import { capacityOf, shortage } from './capacity.ts'
import type { Choice, PlacementRequest, Snapshot } from './types.ts'

/** One sentence; null when nothing smaller would do, or nothing is bought. */
export function whyLarger(
  { sizes }: Pick<Snapshot, 'sizes'>,
  request: PlacementRequest,
  choice: Choice,
): string | null {
  if (choice.kind !== 'create') return null
  const { forbiddenSizes, preferredSizes, provisioning } = request.preferences
  const [smallest] = sizes
    .filter(
      (size) =>
        size.regions.includes(choice.region) &&
        (request.sizes?.includes(size.slug) ?? true) &&
        !forbiddenSizes.includes(size.slug) &&
        shortage(capacityOf(size), request) === null,
    )
    .sort((a, b) => a.priceMonthlyMicros - b.priceMonthlyMicros)
  if (!smallest || smallest.priceMonthlyMicros >= choice.priceMonthlyMicros) return null
  const why = request.newDroplet
    ? 'taken because you asked for this size'
    : provisioning.defaultSize === choice.size
      ? 'taken because it is your size for new droplets; change this under Settings, Placement'
      : preferredSizes.includes(choice.size)
        ? 'taken larger because you prefer this size; change this under Settings, Placement'
        : provisioning.autoScaleEnabled
          ? 'taken larger for servers to come; switch this off under Settings, Placement'
          : 'taken because it scores better by your weights; change them under Settings, Placement'
  return `${choice.size}: ${monthly(choice.priceMonthlyMicros)}; the smallest that fits is ${smallest.slug} at ${monthly(smallest.priceMonthlyMicros)}, ${why}.`
}

const monthly = (micros: number): string => `$${(micros / 1e6).toFixed(2)}/mo`
