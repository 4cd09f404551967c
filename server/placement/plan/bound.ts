/**
 * What no plan can cost less than, and how it is proven (Gilmore and Gomory's column generation).
 *
 *   prices of items π ──▶ pricing: is any droplet's fill worth more than the droplet? ──▶ new patterns ──▶ master LP ──▶ π
 *
 * Whatever π ≥ 0 is: scaled down so that no fill of a size on sale is worth more than that size (Farley), Σ π over all
 * items, less the most that each existing droplet could hold for nothing, is a proven bound. So every round proves one,
 * and the best stands; no round has to be the last. The linear programme is solved by whoever calls (`MakeMaster`).
 * Where only so many new droplets may be had, each of them costs a fee more, which comes off again that many times.
 *
 * Items that must be alone are no part of it: each adds what its own droplet costs at least. Items of a group that are
 * alike keep apart here too; those of a group that differ may meet, which makes the bound lower than it could be, and
 * limits on single sizes are not looked at. What nothing could ever take costs nothing.
 */
import { aloneNeeds } from './apart.ts'
import type { Assignment } from './assignment.ts'
import { type Classes, classesOf, type Pattern, patternsOf, smallestSize } from './classes.ts'
import { continuous, dearest, type Offer, offersOf, shapeOf } from './offers.ts'
import { bestFill } from './pricing.ts'
import type { Instance } from './problem.ts'
import { type Stage, stagesOf } from './stages.ts'

/** minimise Σ cost·x, where each row's Σ coefficient·x ≥ its need, x ≥ 0 */
export interface MasterColumn {
  cost: number
  rows: number[]
  coefficients: number[]
}

export interface Master {
  add(columns: MasterColumn[]): void
  solve(): { objective: number; duals: Float64Array }
}

export type MakeMaster = (needs: Float64Array) => Master

export interface Certificate {
  bound: number
  /** Price of one item of each class that proves it. */
  prices: Float64Array
}

export interface BoundOptions {
  makeMaster: MakeMaster
  /** Plans already found: their droplets are the first patterns. */
  starts?: Assignment[]
  nodesMax?: number
}

const NODES_MAX = 3000
/** How much of the best proven prices is mixed into the master's: keeps them from swinging (Wentges). */
const SMOOTHING = 0.8
const SWEEPS = 2
/** From nowhere, as when given prices are checked, the multipliers have further to go. */
const CHECK_SWEEPS = 12
const EVEN = 1e-7
/** A stage that has come this near its end gives way to the next. */
const NEAR = 0.002

/** The best that is proven after one round, and what the bound can't pass, known once classes share no rows. */
export interface BoundStep {
  certificate: Certificate
  ceiling: number
  /** No further round can improve it. */
  done: boolean
}

export class Bound {
  readonly #instance: Instance
  readonly #classes: Classes
  readonly #offers: Offer[]
  readonly #makeMaster: MakeMaster
  readonly #nodesMax: number
  readonly #aloneCost: number
  /** New droplets that may be had beside those of items that must be alone. */
  readonly #dropletsMax: number
  readonly #patterns = new Map<string, Pattern>()
  readonly #stages: Stage[]
  #master: Master
  #certificate: Certificate
  /** The prices that prove the certificate: of classes, then of existing droplets. */
  #centre: Float64Array

  constructor(instance: Instance, { makeMaster, starts = [], nodesMax = NODES_MAX }: BoundOptions) {
    this.#instance = instance
    this.#classes = classesOf(instance)
    this.#offers = offersOf(instance, this.#classes)
    this.#makeMaster = makeMaster
    this.#nodesMax = nodesMax
    const alone = aloneNeeds(instance)
    this.#aloneCost = alone.cost
    this.#dropletsMax = Math.max(0, instance.dropletsMax - alone.droplets)
    this.#stages = stagesOf(this.#classes)
    const { classes } = this.#classes
    for (let j = 0; j < classes; j++) {
      this.#learn(this.#alone(j))
      // Beyond the limit on droplets, too, things go at a price above all.
      if (this.#limited) this.#learn({ kind: -1, classes: [j], counts: [1] })
    }
    for (const start of starts) for (const pattern of patternsOf(this.#classes, start)) this.#learn(pattern)
    this.#certificate = { bound: 0, prices: new Float64Array(classes) }
    this.#centre = new Float64Array(classes + this.#existing.length)
    this.#round(continuous(instance, this.#classes, this.#offers, makeMaster))
    this.#master = this.#stageMaster()
  }

  step(): BoundStep {
    const { objective, duals } = this.#master.solve()
    const prices = this.#pricesOf(duals)
    const mixed = prices.map((price, row) => (1 - SMOOTHING) * price + SMOOTHING * (this.#centre[row] ?? 0))
    const found = [...this.#round(mixed)]
    if (found.length === 0) found.push(...this.#round(prices))
    this.#master.add(found.map((pattern) => this.#column(pattern)))
    const near = objective <= this.#certificate.bound * (1 + NEAR)
    const last = this.#stages[0]?.last ?? true
    const exhausted = found.length === 0
    if ((exhausted || near) && !last) {
      this.#stages.shift()
      this.#master = this.#stageMaster()
    }
    const { bound, prices: proving } = this.#certificate
    return {
      certificate: { bound: bound + this.#aloneCost, prices: proving },
      ceiling: last ? objective + this.#aloneCost : Number.POSITIVE_INFINITY,
      done: last && exhausted,
    }
  }

  /** What each item of the problem is worth by the prices that prove the bound. */
  worth(): Float64Array {
    return Float64Array.from(this.#classes.of, (j) => this.#certificate.prices[j] ?? 0)
  }

  get #limited(): boolean {
    return Number.isFinite(this.#dropletsMax)
  }

  /** Behind the prices of classes and of existing droplets stands the fee for a new one. */
  get #feeRow(): number {
    return this.#classes.classes + this.#existing.length
  }

  get #existing(): Offer[] {
    return this.#offers.filter(({ row }) => row >= 0)
  }

  /** Prices every offer at the given prices of items, keeps what that proves, and answers the patterns it found. */
  #round(prices: Float64Array): Pattern[] {
    const { count, classes } = this.#classes
    const found: Pattern[] = []
    const fee = prices[this.#feeRow] ?? 0
    let ratio = 1
    let worth = this.#limited ? -fee * this.#dropletsMax : 0
    const centre = prices.slice()
    for (let j = 0; j < classes; j++) worth += (count[j] ?? 0) * (prices[j] ?? 0)
    for (const { kind, price, row, count: there, knapsack } of this.#offers) {
      const target = row < 0 ? price + fee : (prices[row] ?? 0)
      const fill = bestFill(knapsack, prices, { target, nodesMax: this.#nodesMax, sweeps: SWEEPS })
      if (row < 0) ratio = Math.max(ratio, (fill.atMost - fee) / price)
      else {
        worth -= there * fill.atMost
        centre[row] = fill.atMost
      }
      if (fill.worth > target * (1 + EVEN) + Number.EPSILON)
        found.push({ kind, classes: fill.held.map(([j]) => j), counts: fill.held.map(([, c]) => c) })
    }
    const bound = worth / ratio
    if (bound > this.#certificate.bound) {
      this.#centre = centre.map((price) => price / ratio)
      this.#certificate = { bound, prices: this.#centre.slice(0, classes) }
    }
    return found.filter((pattern) => this.#learn(pattern))
  }

  #learn(pattern: Pattern): boolean {
    const key = `${pattern.kind < 0 ? -1 : this.#offerOf(pattern.kind).kind}:${pattern.classes.join()}:${pattern.counts.join()}`
    if (this.#patterns.has(key)) return false
    this.#patterns.set(key, pattern)
    return true
  }

  /** Existing droplets that can take the same are one offer. */
  #offerOf(kind: number): Offer {
    const offer =
      this.#offers.find((one) => one.kind === kind) ??
      this.#existing.find((one) => shapeOf(this.#instance, one.kind) === shapeOf(this.#instance, kind))
    if (!offer) throw new Error('a pattern of a droplet that is not in the problem')
    return offer
  }

  /** One item on a droplet of its own; what fits none on sale goes, at a price above all, wherever. */
  #alone(j: number): Pattern {
    return { kind: smallestSize(this.#instance, this.#classes, j), classes: [j], counts: [1] }
  }

  #stageMaster(): Master {
    const stage = this.#stages[0]
    if (!stage) throw new Error('no stage of the bound is left')
    const needs = new Float64Array(stage.rows + this.#existing.length + (this.#limited ? 1 : 0))
    if (this.#limited) needs[needs.length - 1] = -this.#dropletsMax
    for (const [j, count] of this.#classes.count.entries())
      for (const [at, row] of (stage.rowsOf[j] ?? []).entries())
        needs[row] = (needs[row] ?? 0) + count * (stage.coefficientsOf[j]?.[at] ?? 0)
    for (const [at, { count }] of this.#existing.entries()) needs[stage.rows + at] = -count
    const master = this.#makeMaster(needs)
    master.add([...this.#patterns.values()].map((pattern) => this.#column(pattern)))
    return master
  }

  #column({ kind, classes, counts }: Pattern): MasterColumn {
    const stage = this.#stages[0]
    const held = new Map<number, number>()
    for (const [at, j] of classes.entries())
      for (const [of, row] of (stage?.rowsOf[j] ?? []).entries())
        held.set(row, (held.get(row) ?? 0) + (counts[at] ?? 0) * (stage?.coefficientsOf[j]?.[of] ?? 0))
    const offer = kind < 0 ? null : this.#offerOf(kind)
    const after = (row: number) => (stage?.rows ?? 0) + row - this.#classes.classes
    if (offer && offer.row >= 0) held.set(after(offer.row), -1)
    else if (offer && this.#limited) held.set(after(this.#feeRow), -1)
    return { cost: offer?.price ?? dearest(this.#instance), rows: [...held.keys()], coefficients: [...held.values()] }
  }

  #pricesOf(duals: Float64Array): Float64Array {
    const stage = this.#stages[0]
    const { classes } = this.#classes
    const prices = new Float64Array(this.#feeRow + (this.#limited ? 1 : 0))
    for (let j = 0; j < classes; j++)
      for (const [at, row] of (stage?.rowsOf[j] ?? []).entries())
        prices[j] = (prices[j] ?? 0) + Math.max(0, duals[row] ?? 0) * (stage?.coefficientsOf[j]?.[at] ?? 0)
    for (let at = 0; at < prices.length - classes; at++)
      prices[classes + at] = Math.max(0, duals[(stage?.rows ?? 0) + at] ?? 0)
    return prices
  }
}

/** What given prices of items prove, from scratch: one round of pricing. */
export function proven(instance: Instance, prices: Float64Array, nodesMax = NODES_MAX): number {
  const classes = classesOf(instance)
  let worth = prices.reduce((sum, price, j) => sum + price * (classes.count[j] ?? 0), 0)
  let ratio = 1
  for (const offer of offersOf(instance, classes)) {
    const target = offer.row < 0 ? offer.price : 0
    const { atMost } = bestFill(offer.knapsack, prices, { target, nodesMax, sweeps: CHECK_SWEEPS })
    if (offer.row < 0) ratio = Math.max(ratio, atMost / offer.price)
    else worth -= offer.count * atMost
  }
  return Math.max(0, worth / ratio) + aloneNeeds(instance).cost
}
