export { hopelessOf } from './apart.ts'
export { type Assignment, planOf } from './assignment.ts'
export { Bound, type MakeMaster, type MasterColumn, proven } from './bound.ts'
export { certificateOf, type PlanCertificate } from './certify.ts'
export { improve } from './improve.ts'
export { slicedWorth } from './offers.ts'
export {
  compile,
  type Instance,
  type PackExisting,
  type PackPlan,
  type PackProblem,
  type PackSize,
  type PlannedDroplet,
} from './problem.ts'
export { type Random, seeded } from './random.ts'
export { verifyPlan } from './verify.ts'
