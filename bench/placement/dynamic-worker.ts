/** The proven bound of what lives at one instant of a timeline. */
import { parentPort } from 'node:worker_threads'
import { Bound, compile, improve } from '#server/placement/plan/index.ts'
import { loadSolver, packProblem } from '#server/planning/index.ts'
import { type Mix, priceList } from './mixes.ts'
import { liveAt, timeline } from './timeline.ts'

export interface InstantTask {
  mix: Mix
  seed: number
  hour: number
  seconds: number
}

const SIZES = priceList()
const IMPROVE_STEPS = 50
const solver = await loadSolver()

parentPort?.on('message', ({ mix, seed, hour, seconds }: InstantTask) => {
  const started = performance.now()
  const live = liveAt(timeline(mix, seed), hour)
  const instance = compile(packProblem({ droplets: [], sizes: SIZES, dropletsLeft: 0 }, live, { fromScratch: true }))
  const search = improve(instance, { seed: 1 })
  let best = search.next(0).value
  for (let step = 0; step < IMPROVE_STEPS; step++) best = search.next(step / IMPROVE_STEPS).value
  const prover = new Bound(instance, { makeMaster: solver.makeMaster, starts: [best] })
  let bound = 0
  try {
    for (let last = prover.step(); ; last = prover.step()) {
      bound = last.certificate.bound
      if (last.done || performance.now() - started > seconds * 1000) break
    }
  } catch (error) {
    // What a solver proved before it lost its way still holds.
    if (bound === 0) throw error
  }
  solver.close()
  parentPort?.postMessage({ key: `${mix}-${seed}-${hour}`, bound: bound / 1e6 })
})
