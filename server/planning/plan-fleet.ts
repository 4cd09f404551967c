/**
 * Plans many containers at once, off the event loop: `for await (const answer of planFleet(problem, …))`. The first
 * answer comes in under a second, better ones follow with their certificate, the last one says `final`. Leaving the
 * loop or aborting ends the thread at once.
 */
import { Worker } from 'node:worker_threads'
import type { PackProblem } from '../placement/plan/index.ts'
import type { PlanAnswer } from './solve.ts'

export interface PlanOptions {
  budgetMs: number
  signal?: AbortSignal
  /** Called with every answer but for those overtaken before anybody took them. */
  onImproved?: (answer: PlanAnswer) => void
  seed?: number
}

/** A plan takes a core and up to this much memory; others wait for their turn. */
const PLANS_AT_ONCE = 2
const HEAP_MB_MAX = 512
/** The time for the thread to start and to end beside what it was given for planning. */
const GRACE_MS = 5_000
const BUDGET_MS_MAX = 600_000

let running = 0
const waiting: (() => void)[] = []

export async function* planFleet(problem: PackProblem, options: PlanOptions): AsyncGenerator<PlanAnswer, void> {
  await turn(options.signal)
  const budgetMs = Math.min(options.budgetMs, BUDGET_MS_MAX)
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { problem, options: { budgetMs, seed: options.seed ?? 1 } },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
  })
  const inbox = new Inbox(worker, options.signal)
  const overdue = setTimeout(() => inbox.fail(new Error('planning did not end in its time')), budgetMs + GRACE_MS)
  try {
    for (;;) {
      const answer = await inbox.next()
      options.onImproved?.(answer)
      yield answer
      if (answer.final) return
    }
  } finally {
    clearTimeout(overdue)
    inbox.close()
    await worker.terminate()
    running--
    waiting.shift()?.()
  }
}

/** The last answer alone. */
export async function planFleetToEnd(problem: PackProblem, options: PlanOptions): Promise<PlanAnswer> {
  for await (const answer of planFleet(problem, options)) if (answer.final) return answer
  throw new Error('planning ended without an answer')
}

async function turn(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  while (running >= PLANS_AT_ONCE) {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
    signal?.throwIfAborted()
  }
  running++
}

/** The newest answer of the thread; one that nobody took is overtaken, so nothing piles up. */
class Inbox {
  #newest: PlanAnswer | null = null
  #failure: unknown = null
  #wake: (() => void) | null = null
  readonly #signal: AbortSignal | undefined
  readonly #aborted = () => this.fail(this.#signal?.reason)

  constructor(worker: Worker, signal?: AbortSignal) {
    this.#signal = signal
    signal?.addEventListener('abort', this.#aborted, { once: true })
    worker.on('message', (answer: PlanAnswer) => {
      this.#newest = answer
      this.#wake?.()
    })
    worker.once('error', (error) => this.fail(error))
    worker.once('exit', () => this.fail(new Error('the planning thread ended early')))
  }

  fail(reason: unknown): void {
    this.#failure ??= reason
    this.#wake?.()
  }

  async next(): Promise<PlanAnswer> {
    for (;;) {
      if (this.#signal?.aborted) throw this.#signal.reason
      const answer = this.#newest
      this.#newest = null
      if (answer) return answer
      if (this.#failure) throw this.#failure
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  close(): void {
    this.#signal?.removeEventListener('abort', this.#aborted)
  }
}
