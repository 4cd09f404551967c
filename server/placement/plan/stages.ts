/**
 * The bound's linear programme with few rows first. With one row a class it swings for hundreds of rounds when there
 * are hundreds of classes. So classes that are alike share rows: within a group the price of an item is
 * a + λ·demand, and a group takes dimensions + 1 rows however many classes it has. Prices of that form are prices like
 * any others, so what they prove is proven; each stage halves the groups until every class has its own row.
 */
import type { Classes } from './classes.ts'
import { totals } from './rows.ts'

/** How items' demands add up to rows: price of class j = Σ coefficient × the dual of its row. */
export interface Stage {
  rows: number
  /** By class: its rows and coefficients. */
  rowsOf: Int32Array[]
  coefficientsOf: Float64Array[]
  /** Every class has its own price: nothing is shared any more. */
  last: boolean
}

/** From this many groups on, more would cost more rounds than the last stage. */
const GROUPS = [1, 16, 64]
/** A group must be worth its rows. */
const CLASSES_PER_GROUP_MIN = 6

export function stagesOf(classes: Classes): Stage[] {
  const shared = GROUPS.filter((groups) => classes.classes >= groups * CLASSES_PER_GROUP_MIN)
  return [...shared.map((groups) => grouped(classes, groups)), single(classes)]
}

function single({ classes }: Classes): Stage {
  return {
    rows: classes,
    rowsOf: Array.from({ length: classes }, (_, j) => Int32Array.of(j)),
    coefficientsOf: Array.from({ length: classes }, () => Float64Array.of(1)),
    last: true,
  }
}

function grouped(classes: Classes, groups: number): Stage {
  const { dimensions: d, demand, classes: count } = classes
  const mean = totals(demand, d).map((sum) => sum / count)
  const used = [...mean.keys()].filter((k) => (mean[k] ?? 0) > 0)
  const rowsOf: Int32Array[] = Array(count)
  const coefficientsOf: Float64Array[] = Array(count)
  let rows = 0
  const scaled = (j: number, k: number) => (demand[j * d + k] ?? 0) / (mean[k] ?? 1)
  for (const group of halves(Array.from(Array(count).keys()), groups, used, scaled)) {
    for (const j of group) {
      rowsOf[j] = Int32Array.from({ length: used.length + 1 }, (_, at) => rows + at)
      coefficientsOf[j] = Float64Array.from([1, ...used.map((k) => scaled(j, k))])
    }
    rows += used.length + 1
  }
  return { rows, rowsOf, coefficientsOf, last: false }
}

/** Splits at the median of the dimension that is spread widest, in orders of magnitude, until there are enough groups. */
function halves(
  members: number[],
  groups: number,
  dimensions: number[],
  at: (j: number, k: number) => number,
): number[][] {
  if (groups <= 1 || members.length < 2) return [members]
  const spread = (k: number) => {
    const values = members.map((j) => at(j, k))
    return Math.log((Math.max(...values) + 1e-3) / (Math.min(...values) + 1e-3))
  }
  const widest = dimensions.reduce((best, k) => (spread(k) > spread(best) ? k : best), dimensions[0] ?? 0)
  const sorted = members.toSorted((a, b) => at(a, widest) - at(b, widest) || a - b)
  const middle = sorted.length >> 1
  return [
    ...halves(sorted.slice(0, middle), groups / 2, dimensions, at),
    ...halves(sorted.slice(middle), groups / 2, dimensions, at),
  ]
}
