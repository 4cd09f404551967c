export { type Assignment, planOf } from './assignment.ts'
export {
  Bound,
  type BoundStep,
  type Certificate,
  type MakeMaster,
  type Master,
  type MasterColumn,
  proven,
  slicedWorth,
} from './bound.ts'
export { certificateOf, type PlanCertificate } from './certify.ts'
export { type ImproveOptions, improve } from './improve.ts'
export {
  compile,
  type Instance,
  type PackExisting,
  type PackItem,
  type PackPlan,
  type PackProblem,
  type PackSize,
  type PlannedDroplet,
} from './problem.ts'
export { type Random, seeded } from './random.ts'
export { verifyPlan } from './verify.ts'
