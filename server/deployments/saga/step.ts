/**
 * One file a step, each exporting a `Step`: what it does, how it is undone, how long it may take. The runner
 * (runner.ts) writes its rows and events, so a step only causes effects, and every effect must be repeatable: a process
 * may die before or after any line of it, and the next one starts the step again.
 */
import type { Tx } from '#db/client.ts'
import type { Era, StepId } from '#db/schema/states.ts'
import type { AutoDeployCriteria, TemplateConfig } from '#db/template-config.ts'
import type { PackageLock } from '#db/template-content.ts'
import type { Ctx } from '#server/context.ts'
import type { Handshake } from '#server/gateway/port.ts'
import type { Recorder } from '#server/tx.ts'
import type { Standing } from '../gate.ts'
import type { Launch } from '../launch/launch.ts'
import type { DeploymentRow } from '../own.ts'
import type { DeploymentsDeps } from '../ports.ts'

/** What steps leave for later ones: stored with their rows, so it holds no secret. */
export interface StepOutputs {
  analysis: Record<string, never>
  'droplet-selection': { dropletId: string; dropletName: string }
  'image-pull': { reference: string; image: string; digest: string | null; entrypoint: string[]; cmd: string[] }
  'container-deploy': { containerId: string; hostPort: number | null }
  'health-check': Handshake
  'agent-integration': { era: Era }
}

/** The version that a deployment was made from, beside its config. */
export interface TemplateVersion extends Standing {
  id: string
  /** What its newest passing validation resolved; null: never validated. */
  imageDigest: string | null
  packageLock: PackageLock | null
}

/** One line of the undo log. Its arguments name things, so that undoing needs nothing else. */
export interface Compensation {
  name: string
  args: Record<string, string | number | null>
}

export interface StepContext {
  ctx: Ctx
  deps: DeploymentsDeps
  /** As it stood when the step began. */
  row: DeploymentRow
  config: TemplateConfig
  version: TemplateVersion
  criteria: AutoDeployCriteria
  variables(): Record<string, string>
  /** Environment and arguments with the person's values filled in. They may hold secrets: never stored, never shown. */
  launch(): Launch
  /** @throws INTERNAL when that step has not ended: a defect of the step order */
  output<S extends StepId>(step: S): StepOutputs[S]
  /** Aborts on cancel, on the deadline and when this process no longer owns the deployment. */
  signal: AbortSignal
  /** Time left for this step. */
  remainingMs(): number
  /** At most a few a second are kept. */
  progress(message: string, amount?: { current: number; total: number; unit: 'bytes' | 'layers' }): void
  /**
   * Writes to the undo log, BEFORE the effect; the same line twice is one. Proves the lease on the way, so the effect
   * that follows is still ours to cause.
   */
  willUndo(...lines: Compensation[]): Promise<void>
  /** Before an effect that needs no undo. */
  assertOwned(): Promise<void>
  /** A transaction that proves the lease first and leaves an event. */
  commit<T>(work: (tx: Tx, record: Recorder) => Promise<T>): Promise<T>
}

export interface UndoContext {
  ctx: Ctx
  deps: DeploymentsDeps
  row: DeploymentRow
  signal: AbortSignal
}
/** @returns one sentence for the timeline; throws when it did not work, and is tried again */
export type Undo = (u: UndoContext, args: Compensation['args']) => Promise<string>

export interface Step<S extends StepId = StepId> {
  name: S
  /** Present tense, for the step card. */
  message: string
  deadlineMs: (config: TemplateConfig) => number
  run(c: StepContext): Promise<{ output: StepOutputs[S]; message: string }>
  undo: Record<string, Undo>
  /** More to write in the very transaction that ends the step. */
  ending?(tx: Tx, record: Recorder, c: StepContext, output: StepOutputs[S]): Promise<void>
}
