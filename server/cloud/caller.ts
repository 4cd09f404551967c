/** One call to DigitalOcean with its turn, its deadline and its repeats. */
import type { BerthError } from '#server/errors.ts'
import type { Clock } from './clock.ts'
import { isAmbiguous } from './fault.ts'
import type { Pace } from './pace.ts'
import { retrying } from './retry.ts'
import { type DotsContext, dotsContext, type Send } from './transport.ts'

/** Long enough for a few repeats, short enough for a person who waits. */
const CALL_DEADLINE_MS = 60_000

export interface CallerOptions {
  signal?: AbortSignal
  deadlineMs?: number
  /** False for what must not happen twice: then only a request that surely had no effect is repeated. */
  repeatable?: boolean
}

export interface Caller {
  clock: Clock
  call(run: (dots: DotsContext) => Promise<{ data: unknown }>, o?: CallerOptions): Promise<unknown>
}

export function createCaller(parts: {
  apiUrl: string
  send: Send
  pace: Pace
  clock: Clock
  random: () => number
}): Caller {
  return {
    clock: parts.clock,
    async call(run, { signal, deadlineMs = CALL_DEADLINE_MS, repeatable = true } = {}) {
      const deadlineAt = parts.clock.now() + deadlineMs
      const dots = dotsContext(parts.apiUrl, parts.send, signal)
      const once = async () => {
        await parts.pace.turn(deadlineAt, signal)
        return (await run(dots)).data
      }
      const when = (error: BerthError) => error.retryable && (repeatable || !isAmbiguous(error))
      return retrying(once, { deadlineAt, signal, clock: parts.clock, random: parts.random, when })
    },
  }
}

/** DigitalOcean's maximum. */
const PER_PAGE = 200
/** 100,000 items: a listing that goes on is a fault, not a fleet. */
const PAGES_MAX = 500

interface Page {
  links?: { pages?: { next?: string } } | null
}

export async function allPages<P extends Page, T>(
  fetchPage: (request: { page: number; per_page: number }) => Promise<P>,
  items: (page: P) => T[],
): Promise<T[]> {
  const all: T[] = []
  for (let page = 1; page <= PAGES_MAX; page++) {
    const answer = await fetchPage({ page, per_page: PER_PAGE })
    all.push(...items(answer))
    if (!answer.links?.pages?.next) break
  }
  return all
}
