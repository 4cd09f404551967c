/**
 * The DigitalOcean instances of the placement benchmark: four mixes of containers on the real price list, each drawn
 * from a seed. Seeds 1-10 are for tuning; what is reported comes from seeds 11-20 alone.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { PlacementSize } from '#server/placement/index.ts'
import { type Random, seeded } from '#server/placement/plan/index.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30

export const MIXES = ['typical', 'memory', 'cpu', 'log'] as const
export type Mix = (typeof MIXES)[number]
export const COUNTS = [20, 100, 500] as const
export const TUNING_SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
export const REPORTED_SEEDS = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20]

export interface Container {
  memoryBytes: number
  cpuMillis: number
  diskBytes: number
}

/** `count` containers in their order of arrival; the same arguments give the same containers on every machine. */
export function containers(mix: Mix, count: number, seed: number): Container[] {
  const random = seeded(seed * 7919 + count)
  return Array.from({ length: count }, () => container(mix, random))
}

/** One container of a mix; a benchmark with arrivals draws from here too. */
export function container(mix: Mix, random: Random): Container {
  const logUniform = (low: number, high: number) => Math.round(low * (high / low) ** random())
  const uniform = (low: number, width: number) => low + Math.floor(random() * width)
  const oneOf = (values: number[]) => values[Math.floor(random() * values.length)] ?? 0
  switch (mix) {
    // What a marketplace server asks for: steps that people type.
    case 'typical':
      return shape(oneOf([128, 192, 256, 384, 512, 768, 1024]), oneOf([100, 150, 250, 250, 500]), uniform(300, 700))
    // Browsers, vector stores, language servers.
    case 'memory':
      return shape(logUniform(512, 8192), logUniform(100, 500), uniform(500, 2000))
    // Builds, media, code execution.
    case 'cpu':
      return shape(logUniform(128, 1024), logUniform(500, 4000), uniform(300, 700))
    // Anything: every order of magnitude alike, disk too.
    case 'log':
      return shape(logUniform(64, 8192), logUniform(50, 4000), logUniform(100, 20_000))
  }
}

const shape = (memoryMib: number, cpuMillis: number, diskMib: number): Container => ({
  memoryBytes: memoryMib * MIB,
  cpuMillis,
  diskBytes: diskMib * MIB,
})

interface SizeFacts {
  slug: string
  vcpus: number
  memoryMiB: number
  diskGiB: number
  priceMonthly: number
}

/** DigitalOcean's price list as the local cloud serves it, as the product would read it from the API. */
export function priceList(): PlacementSize[] {
  const file = path.join(import.meta.dirname, '../../local-cloud/data/sizes.json')
  const { sizes }: { sizes: SizeFacts[] } = JSON.parse(readFileSync(file, 'utf8'))
  return sizes.map((size) => ({
    slug: size.slug,
    vcpus: size.vcpus,
    memoryBytes: size.memoryMiB * MIB,
    diskBytes: size.diskGiB * GIB,
    priceMonthlyMicros: Math.round(size.priceMonthly * 1e6),
    regions: ['fra1'],
  }))
}
