export { createValidationHub, getValidation, listValidations, type ValidationHub, watchValidation } from './watch.ts'
