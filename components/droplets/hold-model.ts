/** What the page says of a droplet that the circuit breaker holds, and of its alarms. Pure. */
import type { DropletView } from '#server/api/views.ts'
import type { AlarmView, HoldView } from '#server/api/views-placement.ts'

export interface HoldWords {
  title: string
  why: string
  /** What happens by itself. */
  next: string
}

const REASONS: Record<HoldView['reason'], string> = {
  unreachable: 'Held: unreachable',
  'over-memory': 'Held: over its memory',
  failing: 'Held: deployments fail here',
}

export function holdWords(hold: HoldView, nowMs: number): HoldWords {
  const leftMinutes = Math.ceil((hold.until.getTime() - nowMs) / 60_000)
  return {
    title: REASONS[hold.reason],
    why: `It is ${hold.detail.replace(/\.$/, '')}. Nothing new goes here; what runs goes on.`,
    next: hold.trying
      ? 'One deployment is trying it now; it is released when that one succeeds.'
      : leftMinutes > 0
        ? `In ${leftMinutes} min one deployment may try it.`
        : 'The next deployment may try it.',
  }
}

const ALARMS: Record<AlarmView['kind'], string> = {
  'over-memory': 'Over its memory',
  'over-reserved': 'Uses more than is reserved',
}

/** One line an alarm, the oldest first. */
export const alarmLines = (droplet: Pick<DropletView, 'alarms'>): { key: string; title: string; message: string }[] =>
  [...droplet.alarms]
    .sort((a, b) => a.since.getTime() - b.since.getTime())
    .map(({ kind, message }) => ({ key: kind, title: ALARMS[kind], message }))
