export { loadSolver } from './master.ts'
export { planFleetToEnd } from './plan-fleet.ts'
export { type PlannedContainer, packProblem } from './plan-many.ts'
export { type PlanAnswer, solve } from './solve.ts'
