/** What leaves the API about placement, as types; see views.ts for the rules. */
import type { AlarmKind, HoldReason } from '#db/schema/placement.ts'
import type { FactorEffect, FleetUse } from '#server/effectiveness/index.ts'
import type { Askable } from '#server/placement/asked-droplet.ts'
import type { Candidate, Choice, Decision, Forecast, PlacementSize } from '#server/placement/types.ts'
import type { Wishable } from '#server/placement/wished-droplet.ts'

/** One way to place a deployment, and what comes with it. */
export interface PreviewChoice {
  candidate: Candidate
  /** Of the whole fleet with it. */
  monthlyMicros: number
  /** Nothing on a droplet that is paid already. */
  addedMonthlyMicros: number
  forecast: Forecast | null
  /** What placement would choose by itself. */
  best: boolean
  /** Of a new one that is dearer than the smallest that fits: why that is; null: it is not, or another says it. */
  whyLarger: string | null
  /** Against the best choice, worst first; empty for that itself. */
  consequences: string[]
}

/** Where a deployment would go now; `choices` begins with what placement would choose by itself, if there is any. */
export interface PreviewView extends Decision {
  choices: PreviewChoice[]
  /** New droplets that may be asked for, cheapest first; empty where none may be made. */
  newDroplets: Wishable[]
  /** The droplets that stand, by name: what is free on each, or why it can't take the deployment. */
  droplets: Askable[]
  /** Of the fleet as it stands. */
  monthlyNowMicros: number
}

/** Why nothing new goes to a droplet; after `until` one deployment may try it. */
export interface HoldView {
  reason: HoldReason
  /** To go on after "It is". */
  detail: string
  since: Date
  until: Date
  /** One deployment is trying it now. */
  trying: boolean
}

export interface AlarmView {
  kind: AlarmKind
  message: string
  since: Date
}

/** What the cloud account can buy, cheapest size first. */
export interface OffersView {
  regions: string[]
  sizes: PlacementSize[]
}

/** Was placement right? Over decisions of the last `days` that led somewhere. */
export interface EffectivenessView {
  days: number
  /** How many people decided for; 1 for one's own. */
  users: number
  decisions: number
  /** There were more: the newest are counted. */
  truncated: boolean
  /** New droplets among them. */
  created: number
  /** No longer where they were placed: deleted, moved, redeployed. */
  left: number
  /** Of which something can be said; the others are not healthy yet, or failed by their template. */
  judged: number
  /** Healthy, without a fault of the droplet, and no cheaper choice in hindsight. */
  hits: number
  /** Failed by a fault of the droplet. */
  faults: number
  /** A cheaper choice was there, knowing what is really used now. */
  dearer: number
  hitRate: number | null
  regret: {
    /** What the best choices in hindsight would cost less, a month. */
    monthlyMicros: number
    /** One's own only. */
    worst: { deploymentId: string; at: Date; choice: Choice; monthlyMicros: number }[]
  }
  /** What is really used (95th percentile) of what was reserved, on average; null: nothing sampled. */
  use: { decisions: number; p95MemoryShare: number; p95CpuShare: number } | null
  /** What those placed really cost so far, each its share of its droplet. */
  causedMicros: number
  factors: FactorEffect[]
  fleet: FleetUse
}

/** Stored decisions again, under other weights, each on the snapshot it was made from. */
export interface ReplayView {
  days: number
  decisions: number
  truncated: boolean
  changed: number
  /** Decided by an earlier version of the rules; compared with what the present rules say. */
  otherRules: number
  /** Of all changed ones: what new droplets would have cost more (or less) a month. */
  monthlyDifferenceMicros: number
  changes: { from: string; to: string; count: number; monthlyMicros: number }[]
}

/** Where many deployments would go for the least money. */
export interface PlanView {
  mode: 'add' | 'anew'
  droplets: (
    | { kind: 'existing'; dropletId: string; name: string; size: string; region: string; holds: PlannedShare[] }
    | { kind: 'new'; size: string; priceMonthlyMicros: number; holds: PlannedShare[] }
  )[]
  unplaced: UnplacedShare[]
  /** Why some of them find no room although a droplet more would hold them; null: no limit is in the way. */
  limit: PlanLimit | null
  monthlyNowMicros: number
  /** Of the whole fleet by this plan. */
  monthlyMicros: number
  /** Null: the person has set none. */
  budget: PlanBudget | null
  /** No fleet that holds what is placed costs less (with `add`: none that keeps what stands). Null: nothing proven. */
  boundMonthlyMicros: number | null
  /** At most this share above the cheapest possible, e.g. 0.021. */
  gap: number | null
  /** Templates that must stand apart, and do: each on a droplet of its own, or never two of it on one. */
  standApart: { name: string; how: 'exclusive' | 'spread' }[]
  /** Templates that may only go to certain regions, or on new droplets of certain sizes: a plan does not see to that. */
  narrowed: string[]
  elapsedMs: number
}

/** So many of one name. */
export interface PlannedShare {
  name: string
  count: number
}

/** `size`: no size on sale and no droplet that stands could ever hold one. `limit`: no more droplets may be had. */
export interface UnplacedShare extends PlannedShare {
  why: 'size' | 'limit'
}

export interface PlanLimit {
  /** The person's own number, the cloud account's, automatic droplets turned off, or no size known. */
  constraint: 'max-droplets' | 'account-full' | 'off' | 'size'
  /** New droplets that may be had; of a fleet made anew, droplets in all. */
  dropletsMax: number
  /** So many would hold all that any droplet can hold; null: not known. */
  dropletsNeeded: number | null
  detail: string
  change: string
}

/** What the fleet may cost a month, and by how much the plan is above that: 0 when it is not. */
export interface PlanBudget {
  monthlyMicros: number
  overMicros: number
}
