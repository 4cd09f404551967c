/** (d) How long one decision takes, from 10 to 100,000 droplets: fleets nearly full, containers of all kinds. */
import {
  capacityOf,
  choose,
  DEFAULT_PREFERENCES,
  type PlacementDroplet,
  type Snapshot,
} from '#server/placement/index.ts'
import { type Random, seeded } from '#server/placement/plan/index.ts'
import { type Metric, percentile } from '../measure.ts'
import { container, MIXES, priceList } from './mixes.ts'

const SIZES = priceList()
const REGIONS = ['ams3', 'fra1', 'nyc3', 'sfo3', 'sgp1', 'syd1']
const FLEETS = [10, 100, 1000, 10_000, 100_000]
const DECISIONS_MAX = 1000
const LOOKS_MAX = 1_000_000
/** The quietest round counts: what else the machine does is not what is measured. */
const ROUNDS = 5

export function speed(): Record<string, Metric> {
  const metrics: Record<string, Metric> = {}
  process.stdout.write('\none decision      droplets  decisions   p50 ms   p99 ms   µs a droplet\n')
  for (const droplets of FLEETS) {
    const decisions = Math.min(DECISIONS_MAX, Math.max(20, LOOKS_MAX / droplets))
    const rounds = Array.from({ length: ROUNDS }, () => timed(droplets, decisions))
    const quietest = (p: number) => Math.min(...rounds.map((times) => percentile(times, p)))
    const [p50, p99] = [quietest(50), quietest(99)]
    process.stdout.write(
      `${''.padEnd(16)}${[String(droplets).padStart(10), String(decisions).padStart(10), p50.toFixed(3).padStart(9), p99.toFixed(3).padStart(8), ((p50 / droplets) * 1000).toFixed(2).padStart(10)].join(' ')}\n`,
    )
    if (droplets === 1000) metrics.choose_p99_1k_droplets = { value: p99, unit: 'ms' }
    if (droplets === 10_000) metrics.choose_p99_10k_droplets = { value: p99, unit: 'ms' }
    if (droplets === 100_000) metrics.choose_p50_100k_droplets = { value: p50, unit: 'ms' }
  }
  return metrics
}

function timed(droplets: number, decisions: number): number[] {
  const random = seeded(droplets)
  const snapshot = fleetOf(droplets, random)
  const place = { lat: 48.1, lon: 11.6, label: 'Munich' }
  const preferences = { ...DEFAULT_PREFERENCES, place, forbiddenRegions: ['syd1'], preferredRegions: ['fra1'] }
  const times: number[] = []
  const warmUp = 100
  for (let i = 0; i < warmUp + decisions; i++) {
    const mix = MIXES[i % MIXES.length] ?? 'typical'
    const request = { ...container(mix, random), templateId: `t${i % 50}`, preferences }
    const start = performance.now()
    choose(snapshot, request)
    if (i >= warmUp) times.push(performance.now() - start)
  }
  return times
}

/** Each droplet's free room is drawn between nothing and all of it, mostly little. */
function fleetOf(count: number, random: Random): Snapshot {
  const demand = { memoryBytes: 0, cpuMillis: 0, diskBytes: 0, containers: 0, left: 0 }
  const droplets = Array.from({ length: count }, (_, i): PlacementDroplet => {
    const size = SIZES[Math.floor(random() * 40)] as (typeof SIZES)[number]
    const capacity = capacityOf(size)
    const free = { ...capacity }
    for (const key of ['memoryBytes', 'cpuMillis', 'diskBytes'] as const) {
      free[key] = Math.floor(capacity[key] * random() ** 2)
      demand[key] += capacity[key] - free[key]
    }
    const containers = Math.floor(random() * 12)
    demand.containers += containers
    return {
      id: `id-${i}`,
      name: `droplet-${Math.floor(random() * 1e9)}`,
      region: REGIONS[i % REGIONS.length] ?? 'fra1',
      size: size.slug,
      capacity,
      free,
      used: i % 3 === 0 ? null : { ...capacity, memoryBytes: capacity.memoryBytes * random() },
      containers,
      templates: { [`t${i % 50}`]: 1, [`t${i % 7}`]: 2 },
      exclusiveHeld: i % 50 === 0,
      state: i % 20 === 0 ? 'unusable' : 'ok',
      failures: i % 30 === 0 ? 1 : 0,
      priceMonthlyMicros: size.priceMonthlyMicros,
    }
  })
  const sizes = SIZES.map((size) => ({ ...size, regions: REGIONS }))
  const monthlyCostMicros = droplets.reduce((sum, { priceMonthlyMicros }) => sum + priceMonthlyMicros, 0)
  return { droplets, sizes, regions: REGIONS, dropletsLeft: 100, demand, monthlyCostMicros, latencyMs: { fra1: 9 } }
}
