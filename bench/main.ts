/**
 * `npm run bench -- <name> [options]`: measures, prints a table, writes `bench/results/<name>.json`.
 * Speed is a ratio against a baseline of the same run wherever one exists; nothing here passes or fails on time.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { deploy } from './deploy/index.ts'
import type { Metric } from './measure.ts'
import { placement } from './placement/main.ts'
import { search } from './search/index.ts'

const BENCHMARKS: Record<string, (args: string[]) => Promise<Record<string, Metric>>> = { deploy, placement, search }

const [name, ...args] = process.argv.slice(2)
const benchmark = name ? BENCHMARKS[name] : undefined
if (!name || !benchmark) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHMARKS).join('|')} [options]\n`)
  process.exit(2)
}

const metrics = await benchmark(args)
const machine = `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
const shown = (value: number | undefined) => (value === undefined ? '' : value.toFixed(value < 10 ? 2 : 1))
process.stdout.write(`\n${machine}\n\n`)
for (const [metric, m] of Object.entries(metrics))
  process.stdout.write(
    `${metric.padEnd(28)} ${shown(m.value).padStart(9)} ${m.unit.padEnd(8)} ${m.baseline === undefined ? '' : `baseline ${shown(m.baseline)}`} ${m.ratio === undefined ? '' : `ratio ${shown(m.ratio)}`}\n`,
  )
const folder = path.join(import.meta.dirname, 'results')
mkdirSync(folder, { recursive: true })
writeFileSync(
  path.join(folder, `${name}.json`),
  `${JSON.stringify({ name, date: new Date().toISOString(), machine, metrics }, null, 2)}\n`,
)
process.exit(0)
