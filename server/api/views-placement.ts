/** What leaves the API about placement, as types; see views.ts for the rules. */
import type { AlarmKind, HoldReason } from '#db/schema/placement.ts'
import type { Candidate, Decision, Forecast, PlacementSize } from '#server/placement/types.ts'

/** One way to place a deployment, and what comes with it. */
export interface PreviewChoice {
  candidate: Candidate
  /** Of the whole fleet with it. */
  monthlyMicros: number
  /** Nothing on a droplet that is paid already. */
  addedMonthlyMicros: number
  forecast: Forecast | null
  /** Against the best choice, worst first; empty for that itself. */
  consequences: string[]
}

/** Where a deployment would go now; `choices` begins with what placement would choose by itself. */
export interface PreviewView extends Decision {
  choices: PreviewChoice[]
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
