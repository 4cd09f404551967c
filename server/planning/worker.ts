/** The thread that plans: one problem, its answers as they come, then it ends. */
import { parentPort, workerData } from 'node:worker_threads'
import type { PackProblem } from '../placement/plan/index.ts'
import { loadSolver } from './master.ts'
import { type SolveOptions, solve } from './solve.ts'

const { problem, options }: { problem: PackProblem; options: SolveOptions } = workerData
const solver = await loadSolver()
for (const answer of solve(problem, solver, options)) parentPort?.postMessage(answer)
solver.close()
