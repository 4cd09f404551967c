/** What a running workflow works with, and how the outside reaches it while it runs. */
import type { Ctx } from '#server/context.ts'
import type { DeploymentsDeps } from '../ports.ts'
import { Halt, type HaltReason } from './halt.ts'
import type { Step } from './step.ts'

export interface SagaEnvironment {
  ctx: Ctx
  deps: DeploymentsDeps
  workerId: string
  signals: Signals
  /** All steps that this code knows; a saga runs those that it was stored with, in its own order. */
  steps: readonly Step[]
}

/** Running work by deployment, so that a notification finds the step under way. */
export interface Signals {
  /** @param look reads the row and aborts when it says so */
  add(deploymentId: string, running: { controller: AbortController; look: () => Promise<void> }): () => void
  /** A notification came: what runs for this deployment reads its row. */
  look(deploymentId: string): void
  lookAll(): void
  haltAll(reason: HaltReason): void
}

export function createSignals(onError: (error: unknown) => void): Signals {
  const running = new Map<string, Set<{ controller: AbortController; look: () => Promise<void> }>>()
  const lookAt = (deploymentId: string) => {
    for (const one of running.get(deploymentId) ?? []) one.look().catch(onError)
  }
  let halted: HaltReason | null = null
  return {
    add(deploymentId, one) {
      const group = running.get(deploymentId) ?? new Set()
      running.set(deploymentId, group)
      group.add(one)
      if (halted) one.controller.abort(new Halt(halted))
      return () => {
        group.delete(one)
        if (group.size === 0 && running.get(deploymentId) === group) running.delete(deploymentId)
      }
    },
    look: lookAt,
    lookAll() {
      for (const id of running.keys()) lookAt(id)
    },
    haltAll(reason) {
      halted = reason
      for (const group of running.values()) for (const one of group) one.controller.abort(new Halt(reason))
    },
  }
}
