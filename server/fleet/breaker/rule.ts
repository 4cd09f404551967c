/**
 * The circuit breaker of a droplet, as a rule over what was seen. Pure.
 *
 *            3 faults in 30 min, lost 3 times in an hour, memory above 95 % for 3 samples
 *   closed ────────────────────────────────────────────────────────────────────▶ held
 *     ▲                                                                          │ after the cool-down
 *     └── the trial is healthy, or the owner releases it ── one trial ◀──────────┘
 *                                                              └── it fails too, or memory is still short:
 *                                                                  held again, for twice as long
 */
import type { AlarmKind, HoldReason } from '#db/schema/placement.ts'

const MINUTE_MS = 60_000
/** Deployments that failed by the droplet's fault. */
export const FAULTS_MAX = 3
export const FAULT_WINDOW_MS = 30 * MINUTE_MS
/** Times that it stopped answering: once is a reboot. */
export const LOST_MAX = 3
export const LOST_WINDOW_MS = 60 * MINUTE_MS
/** Samples in a row: a single one may be a start or a collection of garbage. */
export const SAMPLES_IN_A_ROW = 3
const MEMORY_SHARE_MAX = 0.95
const RESERVED_SHARE_MAX = 1.2
/** Of the first time; each further one doubles it, up to the most. */
const COOL_DOWN_MS = 10 * MINUTE_MS
const COOL_DOWN_MS_MAX = 240 * MINUTE_MS

/** What speaks against a droplet; of events only those since it was last released. */
export interface Evidence {
  faults: number
  lost: number
  /** Does it answer now? */
  reachable: boolean
  /** Measured memory of its containers over what it has for them, newest first. */
  memoryShares: number[]
  /** The same over what is reserved. */
  reservedShares: number[]
}

export interface Held {
  reason: HoldReason
  until: Date
  trips: number
  /** `over`: it ended and says nothing of the droplet. */
  trial: 'none' | 'running' | 'healthy' | 'failed' | 'over'
}

export type Verdict =
  | { kind: 'keep' }
  | { kind: 'hold'; reason: HoldReason; detail: string; until: Date; trips: number }
  | { kind: 'another-trial' }
  | { kind: 'release' }

export function judge(held: Held | null, evidence: Evidence, now: Date): Verdict {
  const cause = causeOf(evidence)
  if (!held) return cause ? hold(cause, 1, now) : { kind: 'keep' }
  const again = (reason: HoldReason, detail: string): Verdict => hold({ reason, detail }, held.trips + 1, now)
  if (held.trial === 'healthy') return { kind: 'release' }
  if (held.trial === 'failed') return again('failing', 'failing deployments, also the one that tried it')
  if (held.trial === 'over') return { kind: 'another-trial' }
  // Nobody need try what is measured.
  if (held.trial === 'none' && now >= held.until) {
    if (isOverMemory(evidence)) return again('over-memory', 'over its memory')
    if (!evidence.reachable) return again('unreachable', 'still unreachable')
  }
  return { kind: 'keep' }
}

interface Cause {
  reason: HoldReason
  detail: string
}

function causeOf(evidence: Evidence): Cause | null {
  if (evidence.faults >= FAULTS_MAX)
    return { reason: 'failing', detail: `failing deployments: ${evidence.faults} within half an hour` }
  if (evidence.lost >= LOST_MAX)
    return { reason: 'unreachable', detail: `unreliable: lost ${evidence.lost} times within an hour` }
  if (isOverMemory(evidence)) return { reason: 'over-memory', detail: 'over its memory' }
  return null
}

const hold = (cause: Cause, trips: number, now: Date): Verdict => ({
  kind: 'hold',
  ...cause,
  trips,
  until: new Date(now.getTime() + Math.min(COOL_DOWN_MS_MAX, COOL_DOWN_MS * 2 ** (trips - 1))),
})

const allAbove = (shares: number[], most: number): boolean =>
  shares.length >= SAMPLES_IN_A_ROW && shares.slice(0, SAMPLES_IN_A_ROW).every((share) => share > most)

const isOverMemory = ({ memoryShares }: Evidence): boolean => allAbove(memoryShares, MEMORY_SHARE_MAX)

/** What the owner should know, whether or not the droplet is held. */
export function alarmsOf(evidence: Evidence): { kind: AlarmKind; message: string }[] {
  const percent = (share = 0) => `${Math.round(share * 100)} %`
  const alarms: { kind: AlarmKind; message: string }[] = []
  if (isOverMemory(evidence))
    alarms.push({
      kind: 'over-memory',
      message: `Its containers use ${percent(evidence.memoryShares[0])} of the memory it has for them.`,
    })
  if (allAbove(evidence.reservedShares, RESERVED_SHARE_MAX))
    alarms.push({
      kind: 'over-reserved',
      message: `Its containers use ${percent(evidence.reservedShares[0])} of what is reserved for them.`,
    })
  return alarms
}
