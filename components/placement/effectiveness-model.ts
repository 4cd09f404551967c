/** What the page says of placement's past decisions. Pure; nothing is claimed that the figures do not carry. */
import { formatBytes, formatCpu, formatMonthly, plural } from '#components/ui/format.ts'
import type { EffectivenessView, ReplayView } from '#server/api/views-placement.ts'
import type { Choice } from '#server/placement/types.ts'
import { type Fact, percent } from './decision-model.ts'
import { FACTOR_WORDS } from './words.ts'

export interface HitRate {
  /** "93 %", or a dash while nothing can be said. */
  figure: string
  /** 0-1 for the bar; null with nothing judged. */
  share: number | null
  sentence: string
}

export function hitRate({ hitRate: rate, judged, hits, decisions }: EffectivenessView): HitRate {
  if (rate === null || judged === 0)
    return {
      figure: '–',
      share: null,
      sentence: `Of ${plural(decisions, 'decision')} none can be judged yet.`,
    }
  return {
    figure: percent(rate),
    share: rate,
    sentence: `${hits} of ${plural(judged, 'judged decision')} came up healthy, without a fault of the droplet, and no cheaper choice shows in hindsight.`,
  }
}

export const outcomeFacts = (view: EffectivenessView): Fact[] => [
  { name: view.truncated ? 'Decisions, the newest' : 'Decisions', value: String(view.decisions) },
  { name: 'Judged', value: String(view.judged) },
  { name: 'Cheaper choice in hindsight', value: String(view.dearer) },
  { name: 'Faults of the droplet', value: String(view.faults) },
  { name: 'New droplets', value: String(view.created) },
  { name: 'No longer there', value: String(view.left) },
]

export const choiceWords = (choice: Choice): string =>
  choice.kind === 'existing'
    ? choice.name
    : choice.kind === 'create'
      ? `new ${choice.size} in ${choice.region}`
      : 'nowhere'

export interface UseRow {
  name: string
  /** 0-1 of the capacity; null: not measured. */
  used: number | null
  reserved: number
  stranded: number
  words: string
}

const RESOURCES = [
  { key: 'memoryBytes', name: 'Memory', write: formatBytes },
  { key: 'cpuMillis', name: 'CPU', write: (millis: number) => formatCpu(Math.round(millis)) },
  { key: 'diskBytes', name: 'Disk', write: formatBytes },
] as const

export function useRows({ resources }: EffectivenessView['fleet']): UseRow[] {
  return RESOURCES.map(({ key, name, write }) => {
    const { capacity, reserved, used, stranded } = resources[key]
    const share = (part: number) => (capacity > 0 ? Math.min(1, Math.max(0, part / capacity)) : 0)
    return {
      name,
      used: used === null ? null : share(used),
      reserved: share(reserved),
      stranded: Math.min(share(stranded), 1 - share(reserved)),
      words: [
        `${write(reserved)} of ${write(capacity)} reserved`,
        used === null ? 'use not measured' : `${write(used)} used`,
        stranded > 0 ? `${write(stranded)} stranded` : 'nothing stranded',
      ].join(', '),
    }
  })
}

type Effect = EffectivenessView['factors'][number]

const VERDICTS: Record<Effect['verdict'], string> = {
  helps: 'Helps: what it praised turned out well',
  misleads: 'Misleads: what it praised turned out worse',
  unclear: 'No effect beyond chance',
  'too-few': 'Too few decisions to say',
}

export interface EffectRow {
  key: string
  title: string
  n: string
  correlation: string
  verdict: string
  misleads: boolean
}

export const effectRows = (factors: readonly Effect[]): EffectRow[] =>
  factors.map(({ name, n, correlation, verdict }) => ({
    key: name,
    title: FACTOR_WORDS[name].title,
    n: String(n),
    correlation: correlation === null ? '–' : signedTwo(correlation),
    verdict: VERDICTS[verdict],
    misleads: verdict === 'misleads',
  }))

const signedTwo = (value: number): string => `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`

/** "$1.20/mo less" */
export const difference = (micros: number): string =>
  micros === 0 ? 'no difference' : `${formatMonthly(Math.abs(micros))} ${micros > 0 ? 'more' : 'less'}`

export function replayWords({
  decisions,
  changed,
  monthlyDifferenceMicros,
  otherRules,
  truncated,
}: ReplayView): string[] {
  if (decisions === 0) return ['There is no decision to replay in this time.']
  return [
    changed === 0
      ? `All ${plural(decisions, 'decision')} would be the same.`
      : `${changed} of ${plural(decisions, 'decision')} would change: new droplets would have cost ${difference(monthlyDifferenceMicros)}.`,
    'Decisions that led to no droplet are replayed too; “Decisions” above leaves them out.',
    ...(truncated ? ['Only the newest were replayed.'] : []),
    ...(otherRules > 0
      ? [
          `${plural(otherRules, 'decision was', 'decisions were')} made by earlier rules and compared with the present ones.`,
        ]
      : []),
  ]
}
