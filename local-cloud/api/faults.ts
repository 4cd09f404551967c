/** Faults on order: what real clouds do on bad days, so that clients can be tested against it. */
import { z } from 'zod'

export const faultBody = z.strictObject({
  /**
   * `429`, `500`: the request is refused. `slow`: it waits `delayMs` first. `stuck-new`: a created droplet never leaves
   * `new`. `lost-create`: the droplet is made, the connection is cut without an answer, and the droplet is seen in
   * lists only `delayMs` later.
   */
  kind: z.enum(['429', '500', 'slow', 'stuck-new', 'lost-create']),
  /** How many matching requests it hits. */
  times: z.int().min(1).max(1_000_000).default(1),
  /** `METHOD /path` as a prefix, e.g. `GET /v2/droplets`; every request of its kind when absent. */
  match: z.string().optional(),
  delayMs: z.int().min(0).max(600_000).default(3000),
})

export interface Fault extends z.infer<typeof faultBody> {
  id: number
  /** Null hits every account. */
  accountId: string | null
  hits: number
}

const CREATE = 'POST /v2/droplets'
const ON_CREATE = ['stuck-new', 'lost-create']

export interface Faults {
  add(accountId: string | null, body: z.infer<typeof faultBody>): Fault
  list(accountId: string | null): Fault[]
  clear(accountId: string | null): void
  /** Counts and returns the faults that this request runs into. */
  take(accountId: string, method: string, path: string): Fault[]
}

/** A null account means all of them, for listing and clearing too. */
export function createFaults(): Faults {
  let faults: Fault[] = []
  let nextId = 1
  return {
    add(accountId, body) {
      const fault = { ...body, id: nextId++, accountId, hits: 0 }
      faults.push(fault)
      return fault
    },
    list: (accountId) => faults.filter((fault) => accountId === null || fault.accountId === accountId),
    clear(accountId) {
      faults = faults.filter((fault) => accountId !== null && fault.accountId !== accountId)
    },
    take(accountId, method, path) {
      const request = `${method} ${path}`
      return faults.filter((fault) => {
        if (fault.accountId !== null && fault.accountId !== accountId) return false
        if (fault.hits >= fault.times) return false
        if (ON_CREATE.includes(fault.kind) ? request !== CREATE : !request.startsWith(fault.match ?? '')) return false
        fault.hits += 1
        return true
      })
    },
  }
}
