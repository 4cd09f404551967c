export {
  type CloudAccountSummary,
  connectCloudAccount,
  ensureDemoAccount,
  getCloudAccount,
  setCloudAccount,
} from './accounts.ts'
export { destroyDroplet, keepDroplet, undoProvision } from './destroy.ts'
export { createFleet } from './fleet.ts'
export { type DropletSummary, deleteDroplet, forgetDroplet, listDroplets } from './inventory.ts'
export { forgetCloudAccount, removeCloudAccount } from './leave-account.ts'
export { provisionDroplet } from './provision.ts'
export { type Reconciler, type ReconcilerStatus, startReconciler } from './reconcile/reconciler.ts'
export { release, reserve } from './reservations.ts'
export { snapshotFor } from './snapshot.ts'
export { resolveTarget } from './targets.ts'
export type {
  Droplet,
  Fleet,
  FleetBase,
  FleetCtx,
  ProvisionInput,
  ProvisionProgress,
  ReserveInput,
  Resources,
} from './types.ts'
