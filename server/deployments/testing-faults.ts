/** Step lists that break where a test says. */
import { STEPS, type StepId } from '#db/schema/states.ts'
import type { Step } from './saga/step.ts'
import { SAGA_STEPS } from './saga/steps.ts'

export const WHEN = ['before', 'after'] as const
/** Before the step's first effect, or after its last and before its end is written. */
export interface Point {
  step: StepId
  when: (typeof WHEN)[number]
}

export const POINTS: Point[] = STEPS.flatMap((step) => WHEN.map((when) => ({ step, when })))

/** Calls `strike` at every point; whatever it throws is the step's failure. */
export const steps = (strike: (deploymentId: string, point: Point, signal: AbortSignal) => Promise<void>): Step[] =>
  SAGA_STEPS.map((step) => ({
    ...step,
    async run(c) {
      await strike(c.row.id, { step: step.name, when: 'before' }, c.signal)
      const result = await step.run(c)
      await strike(c.row.id, { step: step.name, when: 'after' }, c.signal)
      return result
    },
  }))

export const isPoint = (a: Point, b: Point): boolean => a.step === b.step && a.when === b.when
