/**
 * Ruin and recreate (Schrimpf et al. 2000; blinks after Christiaens and Vanden Berghe 2020) with simulated annealing:
 * take a few droplets apart, put their containers back one by one where they add least, keep the change when it is
 * better or only a little worse. Two kinds of ruin: a few containers out of a few droplets, which packs tighter; and
 * whole droplets at once, refilled behind droplets of sizes chosen first, which changes the fleet's composition.
 */
import type { Assignment } from './assignment.ts'
import { Bins, CLOSED } from './bins.ts'
import { insert } from './insert.ts'
import type { Instance } from './problem.ts'
import { type Random, seeded } from './random.ts'
import { dot, totals } from './rows.ts'

export interface ImproveOptions {
  seed: number
  /** Where to begin; absent: first fit decreasing. */
  start?: Assignment
  /** What each item is worth in money, from the bound: leads the search to droplets that are full by that measure. */
  worth?: Float64Array
  /** Changes tried between two looks at the caller. */
  stride?: number
}

const STRIDE = 64
/** The annealing's temperature as a share of the mean price of a droplet; it falls to `COLD` of that. */
const HOT = { one: 0.02, many: 0.01 }
const COLD = 0.02
/** What a full droplet counts less than an empty one, as a share of its price. */
const FILL_BONUS = { one: 0.35, many: 0.1 }
/** How often whole droplets are taken apart, and of how many containers at most. */
const WHOLE = 0.3
const WHOLE_ITEMS_MAX = 120
const BLINK = 0.03

/**
 * Each `next(progress)` tries `stride` changes and answers the best so far. `progress` is the share of its time that the
 * caller has used (0-1): the search accepts less and less that is worse as it nears 1.
 */
export function* improve(instance: Instance, options: ImproveOptions): Generator<Assignment, never, number> {
  const { items, dimensions, sizes, demand, price } = instance
  const many = sizes > 1
  const random = seeded(options.seed)
  const bins = new Bins(instance, many ? FILL_BONUS.many : FILL_BONUS.one, options.worth ?? null)
  const scale = scaleOf(instance)
  const evenly = new Float64Array(dimensions).fill(1)
  const bulk = Float64Array.from({ length: items }, (_, i) => dot(scale, demand, i, dimensions))
  bins.begin()
  if (options.start) restore(bins, options.start)
  else
    for (const item of Array.from(bulk.keys()).sort((a, b) => (bulk[b] ?? 0) - (bulk[a] ?? 0)))
      insert(bins, item, evenly, 0, random)
  bins.keep()
  let best = bins.snapshot()
  if (items === 0) for (;;) yield best

  const meanPrice = bins.cost / Math.max(1, bins.end - bins.nowhere - 1)
  const hottest = meanPrice * (many ? HOT.many : HOT.one)
  const ruin = new Ruin(bins, random)
  const weights = evenly.slice()
  let progress = 0
  for (;;) {
    const temperature = hottest * COLD ** progress
    for (let round = options.stride ?? STRIDE; round > 0; round--) {
      bins.begin()
      const whole = many && random() < WHOLE
      const out = whole ? ruin.droplets() : ruin.containers()
      if (out.length === 0) continue
      order(out, { demand, dimensions, bulk, scale, weights, random })
      const opened = many && random() < (whole ? 0.9 : 0.3) ? openAhead(bins, price, sizes, ruin.freed, random) : []
      for (const item of out) insert(bins, item, weights, whole ? 0 : BLINK, random)
      for (const bin of opened) bins.shrink(bin)
      if (bins.worsening() <= -Math.log(random() + Number.MIN_VALUE) * temperature) {
        bins.keep()
        if (bins.cost < best.cost - 1e-9) best = bins.snapshot()
      } else bins.undo()
    }
    progress = yield best
  }
}

/** Takes things out of droplets that are drawn with a chance in proportion to their containers. */
class Ruin {
  readonly #bins: Bins
  readonly #random: Random
  readonly #movable: Int32Array
  /** The price of the droplets given up by the last ruin. */
  freed = 0

  constructor(bins: Bins, random: Random) {
    this.#bins = bins
    this.#random = random
    this.#movable = movableOf(bins.instance)
  }

  #draw(below: number): number {
    return Math.floor(this.#random() * below)
  }

  #some(): number {
    return this.#bins.where[this.#movable[this.#draw(this.#movable.length)] ?? -1] ?? -1
  }

  #give(bin: number, out: number[]): void {
    const { kind, instance } = this.#bins
    this.freed += instance.price[kind[bin] ?? CLOSED] ?? 0
    this.#bins.empty(bin, out)
  }

  droplets(): number[] {
    const out: number[] = []
    this.freed = 0
    for (let left = 1 + this.#draw(4); left > 0; left--) {
      const bin = this.#some()
      if (bin < 0 || this.#bins.isChanged(bin)) continue
      if (out.length > 0 && out.length + (this.#bins.items[bin] ?? []).length > WHOLE_ITEMS_MAX) continue
      this.#give(bin, out)
    }
    return out
  }

  containers(): number[] {
    const bins = this.#bins
    const out: number[] = []
    this.freed = 0
    const among = 1 + this.#draw(4)
    const share = (3 + this.#draw(14)) / among
    const few = Math.max(bins.instance.sizes > 1 ? 4 : 6, share)
    for (let left = among; left > 0; left--) {
      const bin = this.#some()
      if (bin < 0 || bins.isChanged(bin)) continue
      const held = (bins.items[bin] ?? []).length
      if (held <= few && this.#random() < 0.9) this.#give(bin, out)
      else {
        for (let taken = Math.min(held - 1, 1 + this.#draw(share)); taken > 0; taken--)
          bins.take(bin, this.#draw((bins.items[bin] ?? []).length), out)
        bins.shrink(bin)
      }
    }
    return out
  }
}

/** An item that must be alone is on the cheapest droplet for it from the start, unless others compete for that. */
function movableOf({ items, existing, sizes, available, dropletsMax, apart: { alone } }: Instance): Int32Array {
  const plenty = existing === 0 && dropletsMax >= items && available.every((count) => count >= items)
  return Int32Array.from(Array(items).keys()).filter((item) => !(plenty && sizes > 0 && alone[item]))
}

interface Ordering {
  demand: Float64Array
  dimensions: number
  bulk: Float64Array
  scale: Float64Array
  weights: Float64Array
  random: Random
}

/** The order in which containers go back: large first by freshly drawn weights, large first as ever, or any. */
function order(out: number[], { demand, dimensions: d, bulk, scale, weights, random }: Ordering): void {
  const drawn = random()
  if (drawn < 0.55) {
    const keyed = weights.map(() => 0)
    for (let k = 0; k < d; k++) {
      weights[k] = random()
      keyed[k] = (weights[k] ?? 0) * (scale[k] ?? 0)
    }
    out.sort((a, b) => dot(keyed, demand, b, d) - dot(keyed, demand, a, d))
  } else if (drawn < 0.8) out.sort((a, b) => (bulk[b] ?? 0) - (bulk[a] ?? 0))
  else
    for (let i = out.length - 1; i > 0; i--) {
      const other = Math.floor(random() * (i + 1))
      const moved = out[i] ?? 0
      out[i] = out[other] ?? 0
      out[other] = moved
    }
}

/** Opens up to three droplets for at most the money that the ruin freed, the dearer sizes more often. */
function openAhead(bins: Bins, price: Float64Array, sizes: number, freed: number, random: Random): number[] {
  const opened: number[] = []
  for (let left = freed; opened.length < 3 && left > 0; ) {
    let affordable = 0
    while (affordable < sizes && (price[affordable] ?? 0) <= left) affordable++
    const bin = affordable === 0 ? -1 : bins.vacant()
    if (bin < 0) break
    const kind = affordable - 1 - Math.floor(random() * random() * affordable)
    if (!bins.mayOpen(kind)) break
    bins.open(bin, kind)
    opened.push(bin)
    left -= price[kind] ?? 0
    if (random() < 0.4) break
  }
  return opened
}

function restore(bins: Bins, start: Assignment): void {
  const { existing, sizes } = bins.instance
  const opened = new Map<number, number>()
  for (const [item, at] of start.bin.entries()) {
    const kind = at < 0 ? CLOSED : (start.kinds[at] ?? CLOSED)
    if (kind >= sizes && kind < sizes + existing) bins.put(item, kind - sizes, kind)
    else if (kind < 0) bins.put(item, bins.nowhere, CLOSED)
    else {
      const bin = opened.get(at) ?? bins.end
      opened.set(at, bin)
      bins.put(item, bin, kind)
    }
  }
  for (const bin of opened.values()) bins.shrink(bin)
}

/** What one unit of each demand counts for: of the only capacity, or of the mean demand where capacities differ. */
function scaleOf({ items, dimensions, sizes, existing, demand, capacity }: Instance): Float64Array {
  const mean = totals(demand, dimensions)
  return mean.map((sum, k) => {
    const unit = sizes === 1 && existing === 0 ? (capacity[k] ?? 0) : sum / Math.max(1, items)
    return unit > 0 ? 1 / unit : 0
  })
}
