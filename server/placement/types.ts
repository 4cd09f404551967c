/** What placement sees and what it answers. Plain data: no IO, no clock, no ids made here. */

export interface PlacementDroplet {
  id: string
  name: string
  region: string
  size: string
  /** Capacity minus system overhead minus reservations. */
  freeMemoryBytes: number
  freeCpuMillis: number
  freeDiskBytes: number
  memoryBytes: number
  /** Others that hold room there; a redeploy does not count itself. */
  deployments: number
  /** Templates that these are of. */
  templates: string[]
  /** One of these has the droplet for itself. */
  exclusiveHeld: boolean
  usable: boolean
  /** Why not, when not usable: `unreachable`, `deleting`. */
  unusableReason?: string
  /** Not usable yet, but soon: it is being made. */
  coming?: boolean
}

export interface PlacementSize {
  slug: string
  vcpus: number
  memoryBytes: number
  diskBytes: number
  priceMonthlyMicros: number
  regions: string[]
}

export interface Snapshot {
  droplets: PlacementDroplet[]
  sizes: PlacementSize[]
  regions: string[]
  /** Droplets that the cloud account may still create. */
  dropletsLeft: number
}

export interface PlacementRequest {
  memoryBytes: number
  cpuMillis: number
  diskBytes: number
  /** Allowed regions; absent means any. */
  regions?: string[]
  sizes?: string[]
  templateId?: string
  /** Never beside another deployment of `templateId`. */
  spread?: boolean
  /** Never beside any other deployment. */
  exclusive?: boolean
  /** The user's own wish: only this droplet. */
  dropletId?: string
  /** Only where there is room already. */
  existingOnly?: boolean
}

export interface Factor {
  name: string
  /** 0-1, higher is better */
  score: number
  detail: string
}

export interface Candidate {
  dropletId: string
  name: string
  score: number
  factors: Factor[]
}

export interface RuledOut {
  dropletId: string
  name: string
  /** Stable word: `memory`, `cpu`, `disk`, `region`, `spread`, `exclusive`, `not-requested`, `unusable` */
  constraint: string
  detail: string
}

export type Choice =
  | { kind: 'existing'; dropletId: string; name: string }
  | { kind: 'create'; size: string; region: string; priceMonthlyMicros: number }
  | { kind: 'none'; reason: string }

export interface Decision {
  choice: Choice
  /** One sentence for the page. */
  summary: string
  /** Best first, at most 20. */
  candidates: Candidate[]
  /** At most 20, by name; `ruledOutCounts` has them all by constraint. */
  ruledOut: RuledOut[]
  ruledOutCounts: Record<string, number>
}
