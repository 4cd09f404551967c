/** What happens to a deployment, as data: the page, the timeline, the API and the tests read these same shapes. */
import type { DeploymentState, StepId } from '#db/schema/states.ts'
import type { UpstreamStatus } from '#db/schema/templates.ts'

export interface StepError {
  code: string
  message: string
  action: string
}

export type EventInput =
  | { type: 'state'; data: { from: DeploymentState | null; to: DeploymentState; reason?: string } }
  | { type: 'step.started'; data: { step: StepId; message: string } }
  /** At most a few a second; `current`/`total` in `unit` where the amount is known. */
  | {
      type: 'step.progress'
      data: { step: StepId; message: string; current?: number; total?: number; unit?: 'bytes' | 'layers' }
    }
  | { type: 'step.succeeded'; data: { step: StepId; message: string; durationMs: number } }
  | { type: 'step.failed'; data: { step: StepId; error: StepError; logTail: string[] } }
  /** A take-over by another worker repeats a step from its start. */
  | { type: 'step.resumed'; data: { step: StepId; message: string } }
  | { type: 'cancel.requested'; data: { by: string } }
  | { type: 'undo.started'; data: { names: string[] } }
  | { type: 'undo.done'; data: { name: string; message: string } }
  | { type: 'undo.failed'; data: { name: string; message: string } }
  | { type: 'tools.listed'; data: { count: number; era: string; protocolVersion: string } }
  | { type: 'token.created'; data: { prefix: string } }
  /** Also what ends the streams that the token opened. */
  | { type: 'token.revoked'; data: { prefix: string } }
  | { type: 'health.changed'; data: { healthy: boolean; message: string } }
  /** The registry that its template came from thinks otherwise of it than before. */
  | { type: 'template.warning'; data: { upstream: UpstreamStatus; message: string } }

/** One event as it leaves the server. */
export type DeploymentEvent = EventInput & { n: number; at: Date; attempt: number }
