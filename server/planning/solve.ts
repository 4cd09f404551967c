/**
 * One plan from first answer to last, in turns on one thread: the search makes plans, the bound proves how far they are
 * from the cheapest possible, and what the bound learns of items' worth leads the next search.
 *
 *   first fit ▸ search for FIRST_MS ▸ ( bound ▸ search ▸ bound ▸ search … ) until the time is up or the two meet
 */
import {
  type Assignment,
  Bound,
  certificateOf,
  compile,
  hopelessOf,
  type Instance,
  improve,
  type PackPlan,
  type PackProblem,
  type PlanCertificate,
  planOf,
  slicedWorth,
  verifyPlan,
} from '../placement/plan/index.ts'
import { type Solver, SolverStuck } from './master.ts'

/** A good answer before anybody waits; the promise is one second from the question. */
const FIRST_MS = 700
/** Turns are short, so that the time is kept; a round of the bound can't be interrupted. */
const BOUND_SHARE = 0.35
const TURN_MS = 60
/** Each search after the first takes longer than the one before, as what is left to gain is harder to find. */
const LONGER = 1.6
/** Close enough to stop: the difference is below what a price step can show. */
const MET = 1e-9

export interface PlanAnswer {
  plan: PackPlan
  /**
   * Of what can be placed at all. Null until there is one, and when anything else is unplaced, for want of droplets that
   * may be made: then there is nothing to compare with.
   */
  certificate: PlanCertificate | null
  /** No droplet on sale and none that stands could ever take these; they are among the unplaced. */
  hopeless: string[]
  elapsedMs: number
  final: boolean
}

export interface SolveOptions {
  budgetMs: number
  seed: number
}

/** Yields whenever the plan or its certificate got better, and once at the end. */
export function* solve(problem: PackProblem, solver: Solver, options: SolveOptions): Generator<PlanAnswer, void> {
  const started = performance.now()
  const elapsed = () => performance.now() - started
  const instance = compile(problem)
  const work = new Work(problem, instance, solver, options.seed)
  yield work.answer(elapsed(), false)
  const first = Math.min(FIRST_MS, options.budgetMs)
  let from = elapsed()
  let searchMs = Math.max(1, first - from)
  while (elapsed() < options.budgetMs && !work.met()) {
    const before = work.state()
    const turnEnds = Math.min(elapsed() + TURN_MS, options.budgetMs)
    if (elapsed() >= first && work.boundMs < BOUND_SHARE * elapsed() && !work.exhausted) work.prove()
    else {
      while (elapsed() < turnEnds) work.search((elapsed() - from) / searchMs)
      if (elapsed() - from >= searchMs) {
        searchMs = Math.min(searchMs * LONGER, Math.max(1, options.budgetMs - elapsed()))
        from = elapsed()
        work.searchAgain()
      }
    }
    if (work.state() !== before) yield work.answer(elapsed(), false)
  }
  yield work.answer(elapsed(), true)
}

class Work {
  boundMs = 0
  exhausted = false
  readonly #problem: PackProblem
  readonly #instance: Instance
  readonly #solver: Solver
  #seed: number
  #worth: Float64Array
  #search: Generator<Assignment, never, number>
  #best: Assignment
  #bound: Bound | null = null
  #proven = 0
  readonly #hopeless: string[]

  constructor(problem: PackProblem, instance: Instance, solver: Solver, seed: number) {
    this.#problem = problem
    this.#instance = instance
    this.#solver = solver
    this.#seed = seed
    const hopeless = hopelessOf(instance)
    this.#hopeless = problem.items.filter((_, i) => hopeless[i]).map(({ id }) => id)
    this.#worth = slicedWorth(instance, solver.makeMaster)
    this.#search = improve(instance, { seed, worth: this.#worth })
    this.#best = this.#search.next(0).value
  }

  search(progress: number): void {
    this.#take(this.#search.next(Math.min(1, progress)).value)
  }

  /** From the best plan, with what the bound has learned since. */
  searchAgain(): void {
    if (this.#bound) this.#worth = this.#bound.worth()
    this.#search = improve(this.#instance, { seed: ++this.#seed, worth: this.#worth, start: this.#best })
  }

  prove(): void {
    const started = performance.now()
    if (this.#lacking()) this.exhausted = true
    else if (!this.#bound) {
      this.#bound = new Bound(this.#instance, { makeMaster: this.#solver.makeMaster, starts: [this.#best] })
    } else this.#proveMore(this.#bound)
    this.boundMs += performance.now() - started
  }

  /** A linear programme that the solver can't end proves no more; what is proven holds, and no plan is lost over it. */
  #proveMore(bound: Bound): void {
    try {
      const { certificate, done } = bound.step()
      this.#proven = Math.max(this.#proven, certificate.bound)
      this.exhausted = done
    } catch (error) {
      if (!(error instanceof SolverStuck)) throw error
      this.exhausted = true
    }
  }

  met(): boolean {
    return this.#nothing() || (this.#certificate()?.gap ?? 1) <= MET
  }

  /** Changes when there is something to tell. */
  state(): string {
    return `${this.#best.cost} ${this.#certificate()?.bound ?? 0}`
  }

  answer(elapsedMs: number, final: boolean): PlanAnswer {
    const plan = planOf(this.#instance, this.#best)
    const wrong = verifyPlan(this.#problem, plan)
    if (wrong.length > 0) throw new Error(`a plan that breaks its rules: ${wrong.slice(0, 3).join('; ')}`)
    return { plan, certificate: this.#certificate(), hopeless: this.#hopeless, elapsedMs, final }
  }

  #certificate(): PlanCertificate | null {
    const { paid } = this.#best
    // What costs nothing needs no proof.
    if (this.#nothing() || this.#lacking() || (paid > 0 && this.#proven <= 0)) return null
    return certificateOf(this.#instance, paid, this.#proven)
  }

  /** Nothing of it can be placed at all. */
  #nothing(): boolean {
    return this.#instance.items === this.#hopeless.length
  }

  /** Something is unplaced that a droplet more could take. */
  #lacking(): boolean {
    return this.#best.unplaced > this.#hopeless.length
  }

  #take(found: Assignment): void {
    if (found.cost < this.#best.cost) this.#best = found
  }
}
