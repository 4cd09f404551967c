/** What the fleet takes and gives. */
import type { droplets } from '#db/schema/fleet.ts'
import type { Actor, Base, Ctx, UserCtx } from '#server/context.ts'
import type { EnginePool } from '#server/engine/port.ts'
import type { Background } from './background.ts'
import type { Clouds } from './clouds.ts'

export type Droplet = typeof droplets.$inferSelect

/** The running parts that the fleet needs beside `Base`; made once by `createFleet`. */
export interface Fleet {
  clouds: Clouds
  pool: EnginePool
  background: Background
}
export interface FleetBase extends Base {
  fleet: Fleet
}
/** Work that Berth does by itself, under its part's name in the audit log. */
export const systemCtx = (base: FleetBase): Ctx<Extract<Actor, { kind: 'system' }>> & FleetBase => ({
  ...base,
  actor: { kind: 'system', part: 'fleet' },
})

/** A person's call, as the API gives it. */
export type FleetCtx = UserCtx & { services: { fleet: Fleet } }

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
  /** As in a `PlacementRequest`. */
  templateId?: string
  spread?: boolean
  exclusive?: boolean
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
  /** From the row's creation to a droplet that takes containers; five minutes unless given. */
  deadlineMs?: number
  onProgress?: (progress: ProvisionProgress) => void | Promise<void>
}
