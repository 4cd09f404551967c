/** What deployments need from the rest of Berth, declared here by the user of it (fakes in tests, wired in runtime). */
import type { Tx } from '#db/client.ts'
import type { Verdict } from '#db/template-validation.ts'
import type { Base } from '#server/context.ts'
import type { EnginePool } from '#server/engine/port.ts'
import type { Gateway } from '#server/gateway/port.ts'
import type { Decision, PlacementPreferences, PlacementRequest, Snapshot, Strategy } from '#server/placement/types.ts'
import type { CredentialsFor } from '#server/registry/port.ts'

/** Capacity that one attempt of a deployment holds on a droplet. */
export interface Capacity {
  memoryBytes: number
  cpuMillis: number
  diskBytes: number
}

export interface ProvisionRequest extends Capacity {
  userId: string
  deploymentId: string
  attempt: number
  size: string
  region: string
  signal: AbortSignal
  onProgress: (progress: { message: string }) => void
}

/** What a deployment must not stand beside. */
export type Apart = Pick<PlacementRequest, 'templateId' | 'spread' | 'exclusive'>

export interface FleetPort {
  /** @throws CLOUD_ACCOUNT_MISSING */
  snapshotFor(userId: string, o: { signal: AbortSignal; deploymentId: string }): Promise<Snapshot>
  /** @param strategy in place of the person's own, and of their weights */
  preferencesFor(userId: string, strategy?: Strategy): Promise<PlacementPreferences>
  /** Idempotent. @throws NO_PLACEMENT when it no longer fits */
  reserve(tx: Tx, input: Capacity & Apart & { dropletId: string; deploymentId: string; attempt: number }): Promise<void>
  release(tx: Tx, input: { deploymentId: string; attempt: number }): Promise<void>
  /** Makes droplet and reservation of one attempt, or goes on with what it already made. @returns once it is active */
  provisionDroplet(input: ProvisionRequest): Promise<{ id: string; name: string }>
  /** Undo of `provisionDroplet`, reservation included. */
  undoProvision(input: {
    deploymentId: string
    attempt: number
    signal: AbortSignal
  }): Promise<'none' | 'deleted' | 'kept'>
  /** The droplet is no longer undone with this deployment. */
  keepDroplet(tx: Tx, input: { deploymentId: string }): Promise<void>
}

/** What the checks of a version say; only what a person needs to read of a failed one. */
export interface Checked {
  verdict: Verdict
  failures: { title: string; summary: string; fix: { text: string } | null }[]
}

export interface DeploymentsDeps {
  fleet: FleetPort
  engines: EnginePool
  gateway: Gateway
  /** Reads what the last day's checks said, else repeats them. Throws when it can't: nobody is held up by that (R20). */
  ensureValidated: (base: Base, input: { versionId: string }, o: { signal: AbortSignal }) => Promise<Checked>
  /** Of a private image registry. */
  credentialsFor: CredentialsFor
  choose: (snapshot: Snapshot, request: PlacementRequest) => Decision
}
