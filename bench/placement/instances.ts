/** The instances of the mixes as packing problems, and by what name their bounds are kept. */
import { capacityOf, type PlacementSize } from '#server/placement/index.ts'
import type { PackProblem } from '#server/placement/plan/index.ts'
import { packProblem } from '#server/planning/index.ts'
import { COUNTS, containers, MIXES, type Mix, priceList } from './mixes.ts'

export interface MixInstance {
  name: string
  mix: Mix
  count: number
  seed: number
  problem: PackProblem
}

const SIZES = priceList()

export function mixInstance(mix: Mix, count: number, seed: number): MixInstance {
  const drawn = containers(mix, count, seed).map((container, i) => ({ id: `c${i}`, ...container }))
  const problem = packProblem({ droplets: [], sizes: SIZES, dropletsLeft: 0 }, drawn, { fromScratch: true })
  return { name: `${mix}-${count}-${seed}`, mix, count, seed, problem }
}

export function mixInstances(seeds: number[], counts: readonly number[] = COUNTS): MixInstance[] {
  return MIXES.flatMap((mix) => counts.flatMap((count) => seeds.map((seed) => mixInstance(mix, count, seed))))
}

/** Changes when what the bounds were proven for changes: the sizes, their prices, or what the system takes of them. */
export const priceListMark = (sizes: PlacementSize[] = SIZES): string =>
  sizes.map((size) => `${size.slug} ${size.priceMonthlyMicros} ${Object.values(capacityOf(size)).join(' ')}`).join('\n')
