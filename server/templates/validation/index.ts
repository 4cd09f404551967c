/**
 * Validation: what Berth checks before it lets anyone run a template.
 *
 *   startValidation ─▶ row in template_validations ─▶ checks, each written as it moves ─▶ verdict
 *   watchValidation ◀─ NOTIFY berth_validations ◀──────┘
 *
 * Promises: what could not be checked is `skipped`, never passed; what is stored holds no secret (R8); a registry, a
 * cloud or a scanner that is down fails nothing (R20), but for a signature that is enforced and was never seen; a run
 * whose process died is ended by the schedule (I9).
 */
export type { ValidationDeps } from './ports.ts'
export { startValidationSchedule } from './schedule.ts'
export { startValidation, type ValidatingCtx } from './start.ts'
export { createValidator, type Validator } from './validator.ts'
export { createValidationHub, getValidation, listValidations, type ValidationHub, watchValidation } from './watch.ts'
export { validationDeps } from './wiring.ts'
