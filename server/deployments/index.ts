/**
 * Deployments: from the click to an endpoint, and back to nothing.
 *
 *   createDeployment ── row `queued`, NOTIFY ──▶ worker claims ──▶ saga (six steps, each undoable)
 *   verbs (cancel, stop, start, redeploy, delete) ── row ──▶ the saga under way, or a worker that claims
 *   every change ── event row, NOTIFY ──▶ EventHub ──▶ watchers
 *
 * Promises: events are gapless (I5); a failed or cancelled attempt is undone (I4); whatever moves has a deadline and an
 * owner, and a dead owner is replaced (I9); verbs reach only their caller's own rows (I7). Never: starts a workflow
 * from a web request, logs a variable's value.
 */
export { cancelDeployment } from './cancel.ts'
export { createDeployment } from './create.ts'
export { templateDefaults } from './defaults.ts'
export { deleteDeployment } from './delete.ts'
export { type DryRunInput, type DryRunResult, dryRunResult, startDryRun } from './dry-run.ts'
export type { DeploymentEvent } from './event-types.ts'
export { getDeployment } from './get.ts'
export { createEventHub, type EventHub } from './hub/hub.ts'
export { watchEvents } from './hub/watch.ts'
export { listDeployments } from './list.ts'
export { listEvents } from './list-events.ts'
export { deploymentLogs, followLogs } from './logs.ts'
export { deploymentPlacement } from './placement.ts'
export { redeployDeployment } from './redeploy.ts'
export { startDeployments } from './runtime.ts'
export { startDeployment } from './start.ts'
export { stopDeployment } from './stop.ts'
export { createToken, revokeToken } from './tokens.ts'
export { deploymentsDeps } from './wiring.ts'
