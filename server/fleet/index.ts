import type { Tx } from '#db/client.ts'
import type { Cloud } from '#server/cloud/port.ts'
import type { Base } from '#server/context.ts'
import type { DropletTarget, EnginePool } from '#server/engine/port.ts'
import type { Log } from '#server/observability/log.ts'
import type { Snapshot } from '#server/placement/types.ts'
import type { Droplet, Fleet, FleetBase, FleetCtx, ProvisionInput, ReserveInput } from './types.ts'

export type * from './types.ts'

/** `makeCloud` builds the client of one token. The runtime calls this once: `fleetBase = { ...base, fleet }`. */
export declare function createFleet(parts: { makeCloud: (token: string) => Cloud; pool: EnginePool; log: Log }): Fleet
/** For the EnginePool's `resolve`: needs only `Base`, so the pool can be built before the fleet. */
export declare function resolveTarget(base: Base, dropletId: string): Promise<DropletTarget>
/** What placement sees of a user's fleet and cloud account. @throws CLOUD_ACCOUNT_MISSING */
export declare function snapshotFor(base: FleetBase, userId: string, o?: { signal?: AbortSignal }): Promise<Snapshot>
/** Holds capacity under the droplet's row lock; the same (deployment, attempt, droplet) again is success. @throws NO_PLACEMENT when it no longer fits (choose again) */
export declare function reserve(tx: Tx, input: ReserveInput): Promise<void>
export declare function release(tx: Tx, input: { deploymentId: string; attempt: number }): Promise<void>
/**
 * Makes the droplet of one attempt, or goes on with the one it already made; writes row AND reservation in one
 * transaction, so do not call `reserve` for it. @returns the active row
 */
export declare function provisionDroplet(base: FleetBase, input: ProvisionInput): Promise<Droplet>
/** Undo of `provisionDroplet`: releases the attempt's reservation; deletes the droplet unless another deployment moved in. */
export declare function undoProvision(
  base: FleetBase,
  input: { deploymentId: string; attempt: number; signal?: AbortSignal },
): Promise<'none' | 'deleted' | 'kept'>
/** In the transaction that makes a deployment healthy: its droplet is no longer undone with it. */
export declare function keepDroplet(tx: Tx, input: { deploymentId: string }): Promise<void>
export declare function deleteDroplet(ctx: FleetCtx, input: { dropletId: string }): Promise<void>
export declare function forgetDroplet(ctx: FleetCtx, input: { dropletId: string }): Promise<void>
