/**
 * (b) One by one: containers arrive in their order, none is known before it comes and none is moved; dollars a month of
 * the fleet when all are placed, over the proven lower bound of planning all at once.
 */
import type { Metric } from '../measure.ts'
import { keptBounds } from './bounds.ts'
import { emptyFleet, isSize, type Policy } from './fleet.ts'
import { type MixInstance, mixInstances } from './instances.ts'
import { COUNTS, type Container, containers, MIXES, priceList, REPORTED_SEEDS } from './mixes.ts'
import { BASELINES, berth } from './policies.ts'
import { boundOf } from './static.ts'

const SIZES = priceList()

export interface OnlineOptions {
  seeds?: number[]
  print?: boolean
}

/** @returns the fleet's monthly micros */
export function placeOneByOne(policy: Policy, arriving: Container[]): number {
  const fleet = emptyFleet(SIZES)
  const decide = policy.start()
  for (const container of arriving) {
    const answer = decide(fleet, container)
    fleet.place(container, isSize(answer) ? fleet.create(answer) : answer)
  }
  return fleet.snapshot.monthlyCostMicros
}

export function online({ seeds = REPORTED_SEEDS, print = true }: OnlineOptions = {}): Record<string, Metric> {
  const bounds = keptBounds()
  const instances = mixInstances(seeds)
  const own = [berth('balanced'), berth('cheapest'), berth('pack'), berth('spread')]
  const rows = [...own, ...BASELINES].map((policy) => ({ policy, over: overBound(policy, instances, bounds) }))
  const [mine] = rows
  if (!mine) throw new Error('nobody places')
  const theirs = rows.slice(own.length)
  const cells = MIXES.flatMap((mix) => COUNTS.map((count) => `${mix}-${count}`))
  if (print) table(rows, cells)
  const mean = ({ over }: (typeof rows)[number]) => meanOf(cells.map((cell) => over.get(cell) ?? 0))
  const value = mean(mine)
  const best = Math.min(...theirs.map(mean))
  const ofMix = (row: (typeof rows)[number], mix: string) =>
    meanOf(cells.filter((cell) => cell.startsWith(`${mix}-`)).map((cell) => row.over.get(cell) ?? 0))
  return {
    online_over_bound: { value, unit: 'percent', baseline: best, ratio: value / best },
    ...Object.fromEntries(
      MIXES.map((mix) => {
        const baseline = Math.min(...theirs.map((row) => ofMix(row, mix)))
        const own = ofMix(mine, mix)
        return [`online_${mix}_over_bound`, { value: own, unit: 'percent', baseline, ratio: own / baseline }]
      }),
    ),
  }
}

function overBound(policy: Policy, instances: MixInstance[], bounds: ReturnType<typeof keptBounds>) {
  const excess = new Map<string, number[]>()
  for (const instance of instances) {
    const cost = placeOneByOne(policy, containers(instance.mix, instance.count, instance.seed))
    const cell = `${instance.mix}-${instance.count}`
    const over = (cost / boundOf(instance, bounds, cost) - 1) * 100
    excess.set(cell, [...(excess.get(cell) ?? []), over])
  }
  return new Map([...excess].map(([cell, values]) => [cell, meanOf(values)]))
}

const meanOf = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length

function table(rows: { policy: Policy; over: Map<string, number> }[], cells: string[]): void {
  const line = (name: string, values: string[]) => `${name.padEnd(32)}${values.map((v) => v.padStart(12)).join('')}\n`
  process.stdout.write(`\none by one, % over the bound\n${line('', [...cells, 'mean'])}`)
  for (const { policy, over } of rows) {
    const values = cells.map((cell) => over.get(cell) ?? 0)
    process.stdout.write(
      line(
        policy.name,
        [...values, meanOf(values)].map((v) => v.toFixed(1)),
      ),
    )
  }
}
