import type { UserCtx } from '#server/context.ts'
import type { StartInput, Validator } from './validator.ts'

/** What the verbs that start checks need beside the caller. */
export type ValidatingCtx = UserCtx & { services: { validator: Validator } }

/** The dry run uses the fleet of whoever asks. @returns at once. @throws NOT_FOUND */
export const startValidation = (
  ctx: ValidatingCtx,
  input: Omit<StartInput, 'userId'>,
): Promise<{ validationId: string }> => ctx.services.validator.start({ ...input, userId: ctx.actor.userId })
