/** Numbers and lists as a decision writes them. */
import { readableBytes } from './capacity.ts'
import type { Resources } from './types.ts'

export const dollars = (micros: number): string => `$${(micros / 1e6).toFixed(2)}`
export const percent = (share: number): string => `${Math.round(share * 100)} %`
export const vcpu = (millis: number): string => `${(Math.max(0, millis) / 1000).toFixed(2)} vCPU`
export const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** At most five names, in a fixed order. */
export function list(names: Iterable<string>): string {
  const sorted = [...names].sort(compare)
  return sorted.length > 5 ? `${sorted.slice(0, 5).join(', ')} and ${sorted.length - 5} more` : sorted.join(', ')
}

export const readable = (r: Resources): string =>
  `${readableBytes(r.memoryBytes)} memory, ${vcpu(r.cpuMillis)} and ${readableBytes(r.diskBytes)} disk`
