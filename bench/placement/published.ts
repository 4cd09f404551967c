/**
 * (a) Published three-dimensional vector bin packing instances (classes Panigrahy, New, Triplet): how many bins more
 * than the optimum, or than the proven lower bound where no optimum is known. Each gets one second of one thread, from
 * reading the instance to a verified plan; half of the machine's cores work on different instances at once.
 *
 *   npm run bench -- placement --instances FILE [--seconds 1] [--seed 1] [--every 1]
 *
 * FILE: gzipped or plain JSON, `{name: {cap, items, LB, OPT, best}}`, OPT -1 where unknown. Instances with a negative
 * demand (eight are published so) are left out. Fewer bins than the optimum can only be a mistake: the run fails.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Metric } from '../measure.ts'
import { inThreads } from './pool.ts'

export interface PublishedInstance {
  cap: number[]
  items: number[][]
  LB: number
  OPT: number
  best?: number
}

export interface PublishedTask {
  name: string
  cap: number[]
  items: number[][]
  seconds: number
  seed: number
}

export interface PublishedResult {
  name: string
  bins: number
  wrong: string[]
}

const CLASSES = { Panigrahy: 'excess_panigrahy', New: 'excess_new', Triplet: 'excess_triplet' } as const

interface Row {
  name: string
  excess: number
  best: number | null
}

export async function published(file: string, options: { seconds: number; seed: number; every: number }) {
  const instances = readInstances(file).filter(([, { items }]) => items.flat().every((value) => value >= 0))
  const chosen = instances.filter((_, i) => i % options.every === 0)
  const results = new Map<string, PublishedResult>()
  await inThreads<PublishedTask, PublishedResult>(
    new URL('./published-worker.ts', import.meta.url),
    chosen.map(([name, { cap, items }]) => ({ name, cap, items, seconds: options.seconds, seed: options.seed })),
    (result) => results.set(result.name, result),
  )
  const rows: Row[] = []
  const impossible: string[] = []
  for (const [name, { LB, OPT, best }] of chosen) {
    const result = results.get(name)
    if (!result || result.wrong.length > 0) throw new Error(`${name}: ${result?.wrong.join('; ') ?? 'no result'}`)
    const reference = OPT > 0 ? OPT : LB
    const percent = (bins: number) => ((bins - reference) / reference) * 100
    rows.push({ name, excess: percent(result.bins), best: best === undefined ? null : percent(best) })
    if (result.bins < reference) impossible.push(`${name}: ${result.bins} bins, where ${reference} are proven needed`)
  }
  if (impossible.length > 0) throw new Error(`fewer bins than possible: ${impossible.join('; ')}`)
  return report(rows)
}

function readInstances(file: string): [string, PublishedInstance][] {
  const bytes = readFileSync(file)
  const text = bytes[0] === 0x1f ? gunzipSync(bytes).toString() : bytes.toString()
  return Object.entries(JSON.parse(text) as Record<string, PublishedInstance>)
}

function report(rows: Row[]): Record<string, Metric> {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = /^\w+\/class(?:\d+|[A-Z])/.exec(row.name)?.[0] ?? row.name
    groups.set(group, [...(groups.get(group) ?? []), row])
  }
  const shown = (value: number) => value.toFixed(2).padStart(7)
  process.stdout.write('\nclass                     instances  excess %  best published %\n')
  for (const [group, members] of [...groups].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))) {
    const known = members.flatMap(({ best }) => (best === null ? [] : [best]))
    process.stdout.write(
      `${group.padEnd(26)} ${String(members.length).padStart(6)}  ${shown(mean(members.map(({ excess }) => excess)))}   ${known.length > 0 ? shown(mean(known)) : ''}\n`,
    )
  }
  const metrics: Record<string, Metric> = {}
  for (const [name, metric] of Object.entries(CLASSES)) {
    const members = rows.filter((row) => row.name.startsWith(`${name}/`))
    if (members.length === 0) continue
    const known = members.flatMap(({ best }) => (best === null ? [] : [best]))
    const value = mean(members.map(({ excess }) => excess))
    metrics[metric] = { value, unit: 'percent', ...(known.length > 0 && { baseline: mean(known) }) }
  }
  return metrics
}
