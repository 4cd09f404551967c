/**
 * The bins of a search and what is in them, with an undo: `begin` opens a change, every method remembers a bin before
 * its first change, then `keep` or `undo` ends it.
 *
 *   0 … existing-1   the droplets that exist; each keeps its kind
 *   existing         "nowhere": what fits into no bin; holds anything, at a price above every other way out
 *   existing+1 …     new droplets, each of the cheapest size that holds its load (or of a larger one for a moment)
 *
 * Demands are integers and their sums below 2^53, so loads stay exact however often items come and go.
 */
import { mayJoin } from './apart.ts'
import type { Assignment } from './assignment.ts'
import type { Instance } from './problem.ts'
import { cheapestSizes, reachOf, worthOf } from './reach.ts'
import { add, fits, fitsBeside, subtract } from './rows.ts'

export const CLOSED = -1
const NOWHERE = -2

interface Remembered {
  bin: number
  items: number[]
  kind: number
  load: Float64Array
  value: number
}

export class Bins {
  readonly instance: Instance
  readonly items: number[][]
  readonly kind: Int32Array
  readonly load: Float64Array
  /** Item → bin; -1 while it is out. */
  readonly where: Int32Array
  readonly nowhere: number
  /** By kind: its price; for what exists, what its room would cost anew. */
  readonly worth: Float64Array
  /** How far a droplet may grow, see `reachOf`. */
  readonly reach: Float64Array
  /** One past the last bin in use. */
  end: number
  cost = 0

  readonly #fillBonus: number
  readonly #itemWorth: Float64Array | null
  readonly #lossPrice: number
  /** What the search minimises: the price, less a little for being well filled, which leads it to empty the others. */
  readonly #value: Float64Array
  readonly #bought: Int32Array
  readonly #cheapest: Int32Array
  #open = 0
  /** No new droplet's place before this one is free. */
  #lowest: number
  #changed: Remembered[] = []
  readonly #stamp: Int32Array
  #change = 0
  #endBefore = 0

  /** `itemWorth`: what each item is worth, in money; a droplet is full when its items are worth its price. */
  constructor(instance: Instance, fillBonus: number, itemWorth: Float64Array | null) {
    const { items, dimensions, existing, sizes, price } = instance
    const bins = existing + 1 + items + 8
    this.instance = instance
    this.worth = worthOf(instance)
    this.reach = reachOf(instance)
    this.#cheapest = cheapestSizes(instance)
    this.#fillBonus = fillBonus
    this.#itemWorth = itemWorth
    this.#lossPrice = 1 + 4 * price.reduce((most, one) => Math.max(most, one), 0)
    this.#bought = new Int32Array(sizes)
    this.nowhere = existing
    this.end = existing + 1
    this.#lowest = this.end
    this.items = Array.from({ length: bins }, () => [])
    this.kind = new Int32Array(bins).fill(CLOSED)
    for (let bin = 0; bin < existing; bin++) this.kind[bin] = sizes + bin
    this.kind[existing] = NOWHERE
    this.load = new Float64Array(bins * dimensions)
    this.#value = new Float64Array(bins)
    this.#stamp = new Int32Array(bins)
    this.where = new Int32Array(items).fill(-1)
  }

  begin(): void {
    this.#change++
    this.#changed = []
    this.#endBefore = this.end
  }

  isChanged(bin: number): boolean {
    return this.#stamp[bin] === this.#change
  }

  /** Takes everything out; a new droplet is given up. */
  empty(bin: number, out: number[]): void {
    this.#remember(bin)
    const d = this.instance.dimensions
    for (const item of this.items[bin] ?? []) {
      out.push(item)
      this.where[item] = -1
    }
    this.items[bin] = []
    this.load.fill(0, bin * d, bin * d + d)
    if (bin > this.nowhere) this.#become(bin, CLOSED)
  }

  /** Takes out the item at a position; the last one takes its place. */
  take(bin: number, position: number, out: number[]): void {
    this.#remember(bin)
    const list = this.items[bin] ?? []
    const item = list[position] ?? -1
    const last = list.pop() ?? -1
    if (position < list.length) list[position] = last
    subtract(this.load, bin, this.instance.demand, item, this.instance.dimensions)
    this.where[item] = -1
    out.push(item)
  }

  /** Lets a new droplet be of the cheapest size that holds what is in it, or none when nothing is. */
  shrink(bin: number): void {
    if (bin <= this.nowhere) return
    this.#remember(bin)
    if ((this.items[bin] ?? []).length === 0) this.#become(bin, CLOSED)
    else this.#become(bin, this.sizeFor(bin, -1))
  }

  put(item: number, bin: number, kind: number): void {
    this.#remember(bin)
    if (bin > this.nowhere) this.#become(bin, kind)
    this.items[bin]?.push(item)
    this.where[item] = bin
    add(this.load, bin, this.instance.demand, item, this.instance.dimensions)
  }

  /** A bin for one more droplet, still without anything in it; -1 when no more may be had. */
  vacant(): number {
    if (this.#open >= this.instance.dropletsMax) return -1
    while (this.#lowest < this.end && this.kind[this.#lowest] !== CLOSED) this.#lowest++
    return this.#lowest
  }

  /** The cheapest size on sale for one item in a vacant bin; -1 when there is none. */
  sizeAlone(vacant: number, item: number): number {
    const size = this.#cheapest[item] ?? -1
    return size < 0 || this.mayOpen(size) ? size : this.sizeFor(vacant, item, size)
  }

  /** May the item stand beside what is in the bin, whatever room there is? */
  admits(bin: number, item: number): boolean {
    return mayJoin(this.instance.apart, item, this.items[bin] ?? [], bin < this.nowhere ? bin : -1)
  }

  mayOpen(size: number): boolean {
    return (this.#bought[size] ?? 0) < (this.instance.available[size] ?? 0)
  }

  /** Makes a droplet of a given size before anything is in it; `shrink` it afterwards. */
  open(bin: number, kind: number): void {
    this.#remember(bin)
    this.#become(bin, kind)
  }

  /**
   * The cheapest size on sale, from one of them on and for at most `priceMax`, that holds the bin's load and one more
   * item (none: -1); -1 when there is none.
   */
  sizeFor(bin: number, item: number, from = 0, priceMax = Number.POSITIVE_INFINITY): number {
    const { dimensions: d, capacity, demand, price, sizes } = this.instance
    for (let size = from; size < sizes && (price[size] ?? 0) <= priceMax; size++) {
      const holds =
        item < 0 ? fits(capacity, size, this.load, bin, d) : fitsBeside(capacity, size, this.load, bin, demand, item, d)
      if (holds && (this.kind[bin] === size || this.mayOpen(size))) return size
    }
    return -1
  }

  /** By how much the change so far is worse than what it started from. */
  worsening(): number {
    let worse = 0
    for (const { bin, value } of this.#changed) worse += this.#valueOf(bin) - value
    return worse
  }

  keep(): void {
    for (const { bin } of this.#changed) this.#value[bin] = this.#valueOf(bin)
    this.#close()
    this.cost = 0
    for (let bin = this.nowhere; bin < this.end; bin++) this.cost += this.#priceOf(bin)
  }

  undo(): void {
    const d = this.instance.dimensions
    for (const { bin, items, kind, load } of this.#changed) {
      this.#become(bin, kind)
      this.items[bin] = items
      this.load.set(load, bin * d)
      for (const item of items) this.where[item] = bin
    }
    this.end = this.#endBefore
  }

  snapshot(): Assignment {
    const bin = this.where.map((at) => (at === this.nowhere ? -1 : at))
    const { items, nowhere } = this
    const unplaced = (items[nowhere] ?? []).length
    const paid = this.cost - this.#lossPrice * unplaced
    return { bin, kinds: this.kind.slice(0, this.end), cost: this.cost, paid, unplaced }
  }

  #remember(bin: number): void {
    if (this.#stamp[bin] === this.#change) return
    this.#stamp[bin] = this.#change
    const d = this.instance.dimensions
    this.#changed.push({
      bin,
      items: (this.items[bin] ?? []).slice(),
      kind: this.kind[bin] ?? CLOSED,
      load: this.load.slice(bin * d, bin * d + d),
      value: this.#value[bin] ?? 0,
    })
  }

  #become(bin: number, kind: number): void {
    const before = this.kind[bin] ?? CLOSED
    if (before === kind) return
    this.kind[bin] = kind
    const { sizes } = this.instance
    if (before >= 0 && before < sizes) this.#bought[before] = (this.#bought[before] ?? 0) - 1
    if (kind >= 0 && kind < sizes) this.#bought[kind] = (this.#bought[kind] ?? 0) + 1
    if (before === CLOSED) this.#open++
    else if (kind === CLOSED) {
      this.#open--
      this.#lowest = Math.min(this.#lowest, bin)
    }
    if (bin >= this.end) this.end = bin + 1
  }

  #priceOf(bin: number): number {
    const kind = this.kind[bin] ?? CLOSED
    if (kind === NOWHERE) return this.#lossPrice * (this.items[bin] ?? []).length
    return kind === CLOSED ? 0 : (this.instance.price[kind] ?? 0)
  }

  #valueOf(bin: number): number {
    const kind = this.kind[bin] ?? CLOSED
    if (kind < 0) return this.#priceOf(bin)
    const full = this.#fillOf(bin, kind)
    return (this.instance.price[kind] ?? 0) - this.#fillBonus * (this.worth[kind] ?? 0) * full * full
  }

  /** 0-1: by what its items are worth, else by the mean of its capacities' shares. */
  #fillOf(bin: number, kind: number): number {
    const { dimensions: d, capacity } = this.instance
    const worth = this.#itemWorth
    let fill = 0
    if (worth) {
      for (const item of this.items[bin] ?? []) fill += worth[item] ?? 0
      return fill / (this.worth[kind] || 1)
    }
    for (let k = 0; k < d; k++) {
      const room = capacity[kind * d + k] ?? 0
      if (room > 0) fill += (this.load[bin * d + k] ?? 0) / room
    }
    return fill / d
  }

  /** Moves the last droplets into the gaps, so that a scan over bins meets no closed ones. */
  #close(): void {
    const d = this.instance.dimensions
    const last = () => {
      while (this.end > this.nowhere + 1 && this.kind[this.end - 1] === CLOSED) this.end--
      return this.end - 1
    }
    for (let gap = this.nowhere + 1; gap < last(); gap++) {
      if (this.kind[gap] !== CLOSED) continue
      const from = last()
      const moved = this.items[from] ?? []
      this.items[gap] = moved
      this.items[from] = []
      for (const item of moved) this.where[item] = gap
      this.kind[gap] = this.kind[from] ?? CLOSED
      this.kind[from] = CLOSED
      this.#value[gap] = this.#value[from] ?? 0
      this.#value[from] = 0
      this.load.copyWithin(gap * d, from * d, from * d + d)
      this.load.fill(0, from * d, from * d + d)
    }
    last()
    this.#lowest = this.end
  }
}
