/** What the fleet takes and gives. */
import type { droplets } from '#db/schema/fleet.ts'
import type { Base, UserCtx } from '#server/context.ts'
import type { EnginePool } from '#server/engine/port.ts'
import type { Background } from './background.ts'
import type { Clouds } from './clouds.ts'

export type Droplet = typeof droplets.$inferSelect

/** `Base` with the ways out of the process that the fleet needs; built once by `createFleetBase`. */
export interface FleetBase extends Base {
  clouds: Clouds
  pool: EnginePool
  background: Background
}
export type FleetCtx = UserCtx & FleetBase

/** Capacity that one attempt of a deployment holds on a droplet. */
export interface Resources {
  memoryBytes: number
  cpuMillis: number
  diskBytes: number
}

export interface ReserveInput extends Resources {
  dropletId: string
  deploymentId: string
  attempt: number
}

export interface ProvisionProgress {
  phase: 'creating' | 'booting' | 'connecting' | 'preparing' | 'ready'
  message: string
}

export interface ProvisionInput extends Resources {
  userId: string
  deploymentId: string
  attempt: number
  size: string
  region: string
  signal: AbortSignal
  onProgress?: (progress: ProvisionProgress) => void | Promise<void>
}
