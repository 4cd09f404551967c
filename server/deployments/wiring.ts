/** Binds what deployments need to the fleet's functions. */
import type { EnginePool } from '#server/engine/port.ts'
import {
  type FleetBase,
  keepDroplet,
  preferencesFor,
  provisionDroplet,
  release,
  reserve,
  snapshotFor,
  undoProvision,
} from '#server/fleet/index.ts'
import type { Gateway } from '#server/gateway/port.ts'
import { choose } from '#server/placement/index.ts'
import type { DeploymentsDeps } from './ports.ts'

export const deploymentsDeps = (parts: {
  base: FleetBase
  engines: EnginePool
  gateway: Gateway
  ensureValidated: DeploymentsDeps['ensureValidated']
  credentialsFor: DeploymentsDeps['credentialsFor']
}): DeploymentsDeps => ({
  fleet: {
    snapshotFor: (userId, o) => snapshotFor(parts.base, userId, o),
    preferencesFor: (userId, strategy) => preferencesFor(parts.base.db, userId, strategy),
    reserve,
    release,
    provisionDroplet: (input) => provisionDroplet(parts.base, input),
    undoProvision: (input) => undoProvision(parts.base, input),
    keepDroplet,
  },
  engines: parts.engines,
  gateway: parts.gateway,
  ensureValidated: parts.ensureValidated,
  credentialsFor: parts.credentialsFor,
  choose,
})
