/**
 * The proven lower bounds of the mixes' instances, kept with the prices of containers that prove them, so that anybody
 * can check one with a single round of pricing. `npm run bench -- placement --bounds SECONDS` proves them anew and
 * keeps the better of old and new.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { priceListMark } from './instances.ts'

/** Prices are kept in this many micros of a dollar, rounded down. */
export const PRICE_UNIT = 10
/** How far one round of pricing searches in each size when a kept bound is checked. */
export const CHECK_NODES_MAX = 20_000

export interface KeptBound {
  /** Dollars a month, before it is lifted to a whole step of prices. */
  bound: number
  /** Price of one container of each class, in PRICE_UNITs a month. */
  prices: number[]
}

interface BoundsFile {
  priceList: string
  bounds: Record<string, KeptBound>
}

const FILE = path.join(import.meta.dirname, 'data/bounds.json.gz')
const mark = () => createHash('sha256').update(priceListMark()).digest('hex').slice(0, 16)

/** Empty when the price list or the system's share changed since: then they must be proven again. */
export function keptBounds(): Map<string, KeptBound> {
  if (!existsSync(FILE)) return new Map()
  const file: BoundsFile = JSON.parse(gunzipSync(readFileSync(FILE)).toString())
  return new Map(file.priceList === mark() ? Object.entries(file.bounds) : [])
}

export function keepBounds(bounds: Map<string, KeptBound>): void {
  const sorted = Object.fromEntries([...bounds].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })))
  const file: BoundsFile = { priceList: mark(), bounds: sorted }
  mkdirSync(path.dirname(FILE), { recursive: true })
  writeFileSync(FILE, gzipSync(JSON.stringify(file), { level: 9 }))
}
