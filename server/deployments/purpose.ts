/** What a deployment is for: to serve, or to be tried once. */
import type { deployments } from '#db/schema/deployments.ts'
import { STEPS, type StepId } from '#db/schema/states.ts'

export type Purpose = (typeof deployments.$inferSelect)['purpose']

/** A dry run has shown what it can when its server answered; it never gets an endpoint. */
export const stepsFor = (purpose: Purpose): readonly StepId[] =>
  purpose === 'dry-run' ? STEPS.filter((step) => step !== 'agent-integration') : STEPS
