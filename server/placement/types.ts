/** What placement sees and what it answers. Plain data: no IO, no clock, no ids made here. */

export interface Resources {
  memoryBytes: number
  cpuMillis: number
  diskBytes: number
}

export interface PlacementDroplet {
  id: string
  name: string
  region: string
  size: string
  /** After what the system takes. */
  capacity: Resources
  /** Capacity minus reservations; negative when a droplet was made smaller than what it holds. */
  free: Resources
  /** What its containers were last measured to use; null when nobody has looked. */
  used: Resources | null
  /** Others that hold room there; a redeploy does not count itself. */
  containers: number
  /** How many of these are of each template. */
  templates: Record<string, number>
  /** One of these has the droplet for itself. */
  exclusiveHeld: boolean
  /** `coming`: it is being made. `held`: the circuit breaker lets nothing more on it. */
  state: 'ok' | 'coming' | 'unusable' | 'held'
  /** Why, when the state is not `ok`, to go on after "It is": `unreachable`, `over its memory`. */
  reason?: string
  /** Deployments that failed there lately. */
  failures: number
  priceMonthlyMicros: number
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
  /**
   * All that the user's deployments hold: the mix that the next ones are expected to resemble.
   * `left`: how many ended in the last two weeks.
   */
  demand: Resources & { containers: number; left: number }
  /** Of all droplets that bill. */
  monthlyCostMicros: number
  /** Measured round trips from the user's place by region; where none is known, the distance is taken. */
  latencyMs: Record<string, number>
}

export const FACTOR_NAMES = ['resources', 'load', 'location', 'cost', 'redundancy', 'preferences'] as const
export type FactorName = (typeof FACTOR_NAMES)[number]

export const STRATEGIES = ['balanced', 'pack', 'spread', 'cheapest', 'nearest'] as const
export type Strategy = (typeof STRATEGIES)[number]

export interface Place {
  lat: number
  lon: number
  label: string
}

export interface Provisioning {
  /** Whether placement may make a droplet at all. */
  enabled: boolean
  /** Null: only the cloud account's own limit counts. */
  maxDropletsPerUser: number | null
  /** Where new droplets go when the deployment does not say; empty means anywhere. */
  preferredRegions: string[]
  /** The size of every new droplet on which the deployment fits; null lets placement choose. */
  defaultSize: string | null
  /** Whether a new droplet may be larger than this deployment needs, for those that are expected to follow. */
  autoScaleEnabled: boolean
  /** What the fleet may cost in all; null means no cap. */
  monthlyBudgetMicros: number | null
}

export interface PlacementPreferences {
  strategy: Strategy
  /** In place of the strategy's own. */
  weights?: Partial<Record<FactorName, number>>
  /** From where the user's agents call; null when not told. */
  place: Place | null
  preferredRegions: string[]
  forbiddenRegions: string[]
  /** Ids of droplets. */
  preferredDroplets: string[]
  forbiddenDroplets: string[]
  preferredSizes: string[]
  forbiddenSizes: string[]
  provisioning: Provisioning
}

/** A new droplet that a user asks for by name. */
export interface NewDropletWish {
  /** Slugs as the snapshot has them. */
  size: string
  region: string
}

export interface PlacementRequest extends Resources {
  templateId?: string
  /** Allowed regions; absent means any. */
  regions?: string[]
  sizes?: string[]
  /** Never beside another deployment of `templateId`. */
  spread?: boolean
  /** Never beside any other deployment. */
  exclusive?: boolean
  /** Only this droplet: the user's own wish, or where `earlierCopy` stands. */
  dropletId?: string
  /** It must stay where its earlier copy was made: `serving` while that copy holds its room there. */
  earlierCopy?: 'serving' | 'gone'
  /** The user's own wish: a new droplet of this size in this region, and no other. Never beside `dropletId`. */
  newDroplet?: NewDropletWish
  /** Not on these: a move away from them, or another replica's. */
  excludeDropletIds?: string[]
  /** Only where there is room already. */
  existingOnly?: boolean
  preferences: PlacementPreferences
}

export interface Factor {
  name: FactorName
  /** 0-1 in six digits, higher is better. */
  score: number
  /** Share of all weights, 0-1 in six digits; those of one decision add up to 1. */
  weight: number
  /** score × weight in whole millionths. */
  points: number
  detail: string
}

interface Scored {
  /** In whole millionths, exactly the sum of the factors' points: 1,000,000 is perfect. */
  score: number
  factors: Factor[]
}
export interface ExistingCandidate extends Scored {
  kind: 'existing'
  dropletId: string
  name: string
  size: string
  region: string
}
export interface CreateCandidate extends Scored {
  kind: 'create'
  size: string
  region: string
  priceMonthlyMicros: number
}
export type Candidate = ExistingCandidate | CreateCandidate

export const CONSTRAINTS = [
  'not-requested',
  'excluded',
  'unusable',
  'held',
  'forbidden-droplet',
  'forbidden-region',
  'forbidden-size',
  'region',
  'exclusive',
  'spread',
  'memory',
  'cpu',
  'disk',
] as const
export type Constraint = (typeof CONSTRAINTS)[number]

export interface RuledOut {
  dropletId: string
  name: string
  constraint: Constraint
  detail: string
  /** What would have to change. */
  change: string
}

export type Choice =
  | { kind: 'existing'; dropletId: string; name: string }
  | { kind: 'create'; size: string; region: string; priceMonthlyMicros: number }
  /** `change`: what the user can do about it. */
  | { kind: 'none'; reason: string; change: string }

/** Why no droplet may be made for this deployment. */
export interface NoNewDroplet {
  constraint: 'pinned' | 'existing-only' | 'off' | 'account-full' | 'max-droplets' | 'budget' | 'region' | 'size'
  detail: string
  change: string
}

/** What the user's fleet comes to by this choice; later use is held against it. */
export interface Forecast {
  /** Of all droplets. */
  monthlyMicros: number
  /** Reserved share of the chosen droplet, 0-1. */
  memoryShareAfter: number
  cpuShareAfter: number
  /** From the user's place to the chosen region; null when no place is told. */
  latencyMs: number | null
}

export interface Decision {
  choice: Choice
  /** One sentence for the page. */
  summary: string
  strategy: Strategy
  weights: Record<FactorName, number>
  /** Best first, at most 20. */
  candidates: Candidate[]
  /** At most 20, by name; `ruledOutCounts` has them all by constraint. */
  ruledOut: RuledOut[]
  ruledOutCounts: Partial<Record<Constraint, number>>
  /** Null when new droplets were compared too. */
  noNewDroplet: NoNewDroplet | null
  /** Null when nothing was chosen. */
  forecast: Forecast | null
}
