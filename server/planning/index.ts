export { loadSolver, type Solver } from './master.ts'
export { type PlanOptions, planFleet, planFleetToEnd } from './plan-fleet.ts'
export { type FleetForPlanning, type PackingWishes, type PlannedContainer, packProblem } from './plan-many.ts'
export { type PlanAnswer, type SolveOptions, solve } from './solve.ts'
