/**
 * What "Why here" draws of a decision: the same struct that placement made while it decided, cut into rows. Pure.
 * Scores are whole millionths, so every number shown here adds up to its last digit.
 */
import { formatMonthly, plural } from '#components/ui/format.ts'
import type { Candidate, Constraint, Decision, Factor, FactorName, RuledOut } from '#server/placement/types.ts'
import { CONSTRAINT_WORDS, FACTOR_WORDS, FACTORS } from './words.ts'

const MILLION = 1_000_000

/** Millionths as a number with all six digits: 812345 reads 0.812345. */
export function digits(millionths: number): string {
  const whole = Math.round(millionths)
  const sign = whole < 0 ? '−' : ''
  const text = String(Math.abs(whole)).padStart(7, '0')
  return `${sign}${text.slice(0, -6)}.${text.slice(-6)}`
}

/** Millionths as a list shows them: 0.81. The sum that adds up is one click away. */
export const twoDigits = (millionths: number): string => (millionths / MILLION).toFixed(2)

/** "+0.050000", with a true minus sign. */
const signed = (millionths: number): string => (millionths > 0 ? '+' : '') + digits(millionths)

export interface Segment {
  name: FactorName
  /** 0-1 of a perfect score. */
  from: number
  width: number
}

export interface FactorLine {
  name: FactorName
  title: string
  /** "0.812345 × 0.400000" */
  product: string
  points: string
  detail: string
}

export interface CandidateRow {
  key: string
  name: string
  /** Size and region. */
  where: string
  isNew: boolean
  price: string | null
  chosen: boolean
  score: string
  segments: Segment[]
  /** For those who can't see the bar. */
  barWords: string
  lines: FactorLine[]
  /** Why it lies behind the best; null for the best itself. */
  behind: string | null
}

export const keyOf = (candidate: Candidate): string =>
  candidate.kind === 'existing' ? candidate.dropletId : `${candidate.size} in ${candidate.region}`

export const nameOf = (candidate: Candidate): string =>
  candidate.kind === 'existing' ? candidate.name : `New ${candidate.size}`

export function candidateRows(decision: Decision): CandidateRow[] {
  const [best] = decision.candidates
  return decision.candidates.map((candidate) => candidateRow(candidate, best, isChoice(decision, candidate)))
}

export function candidateRow(candidate: Candidate, best: Candidate | undefined, chosen: boolean): CandidateRow {
  const factors = inOrder(candidate.factors)
  const name = nameOf(candidate)
  return {
    key: keyOf(candidate),
    name,
    where: candidate.kind === 'existing' ? `${candidate.size} in ${candidate.region}` : `in ${candidate.region}`,
    isNew: candidate.kind === 'create',
    price: candidate.kind === 'create' ? `+${formatMonthly(candidate.priceMonthlyMicros)}` : null,
    chosen,
    score: digits(candidate.score),
    segments: stacked(factors),
    barWords: `${name} scores ${digits(candidate.score)}: ${factors
      .map((factor) => `${FACTOR_WORDS[factor.name].title} ${digits(factor.points)}`)
      .join(', ')}`,
    lines: factors.map((factor) => ({
      name: factor.name,
      title: FACTOR_WORDS[factor.name].title,
      product: `${digits(factor.score * MILLION)} × ${digits(factor.weight * MILLION)}`,
      points: digits(factor.points),
      detail: factor.detail,
    })),
    behind: best && best !== candidate ? behindWords(best, candidate) : null,
  }
}

const inOrder = (factors: readonly Factor[]): Factor[] =>
  [...factors].sort((a, b) => FACTORS.indexOf(a.name) - FACTORS.indexOf(b.name))

function stacked(factors: readonly Factor[]): Segment[] {
  let from = 0
  return factors.flatMap(({ name, points }) => {
    if (points <= 0) return []
    const segment: Segment = { name, from: from / MILLION, width: points / MILLION }
    from += points
    return [segment]
  })
}

export function isChoice({ choice }: Pick<Decision, 'choice'>, candidate: Candidate): boolean {
  if (choice.kind === 'existing') return candidate.kind === 'existing' && candidate.dropletId === choice.dropletId
  return (
    choice.kind === 'create' &&
    candidate.kind === 'create' &&
    candidate.size === choice.size &&
    candidate.region === choice.region
  )
}

/** By factor, what a candidate has more or less than another; the greatest difference first. */
export function differences(from: Candidate, to: Candidate): { name: FactorName; points: number }[] {
  const before = new Map(from.factors.map(({ name, points }) => [name, points]))
  return to.factors
    .map(({ name, points }) => ({ name, points: points - (before.get(name) ?? 0) }))
    .filter(({ points }) => points !== 0)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points) || FACTORS.indexOf(a.name) - FACTORS.indexOf(b.name))
}

/** More would be a table, and the table is one click away. */
const NAMED_DIFFERENCES_MAX = 3

function behindWords(best: Candidate, candidate: Candidate): string {
  const by = best.score - candidate.score
  if (by === 0) return 'Equal score: first by name.'
  const named = differences(best, candidate).slice(0, NAMED_DIFFERENCES_MAX)
  return `${digits(by)} behind: ${named
    .map(({ name, points }) => `${FACTOR_WORDS[name].title} ${signed(points)}`)
    .join(', ')}`
}

export interface RuledOutGroup {
  constraint: Constraint
  title: string
  count: number
  named: RuledOut[]
  /** Beyond those that are named; null when all are. */
  more: string | null
}

/** Most frequent first; a decision names only the first twenty but counts them all. */
export function ruledOutGroups({ ruledOut, ruledOutCounts }: Pick<Decision, 'ruledOut' | 'ruledOutCounts'>) {
  return (Object.entries(ruledOutCounts) as [Constraint, number][])
    .map(([constraint, count]): RuledOutGroup => {
      const named = ruledOut.filter((loser) => loser.constraint === constraint)
      const rest = count - named.length
      return {
        constraint,
        count,
        title: CONSTRAINT_WORDS[constraint] ?? constraint,
        named,
        more: rest > 0 ? `and ${plural(rest, 'more droplet', 'more droplets')}` : null,
      }
    })
    .sort((a, b) => b.count - a.count || (a.title < b.title ? -1 : 1))
}

/** What a new droplet would have scored, or why none could be made. */
export type NewDroplet =
  | { kind: 'scored'; text: string }
  | { kind: 'refused'; text: string; change: string }
  | { kind: 'chosen' }
  | null

export function newDroplet(decision: Decision): NewDroplet {
  if (decision.noNewDroplet)
    return { kind: 'refused', text: decision.noNewDroplet.detail, change: decision.noNewDroplet.change }
  if (decision.choice.kind === 'create') return { kind: 'chosen' }
  const best = decision.candidates.find((candidate) => candidate.kind === 'create')
  if (best?.kind !== 'create') return null
  const by = (decision.candidates[0]?.score ?? best.score) - best.score
  return {
    kind: 'scored',
    text: `The best new one, ${best.size} in ${best.region} for +${formatMonthly(best.priceMonthlyMicros)}, would have scored ${digits(best.score)}, ${digits(by)} less.`,
  }
}

export interface WeightRow {
  name: FactorName
  title: string
  asks: string
  percent: string
}

export const weightRows = (weights: Decision['weights']): WeightRow[] =>
  FACTORS.map((name) => ({
    name,
    title: FACTOR_WORDS[name].title,
    asks: FACTOR_WORDS[name].asks,
    percent: percent(weights[name] ?? 0),
  }))

/** No line breaks before it. */
const PERCENT = '\u00a0%'

/** Share as people read it; a digit more where rounding would hide something. */
export function percent(share: number): string {
  const value = share * 100
  if (value > 0 && value < 0.1) return `< 0.1${PERCENT}`
  return `${Number.isInteger(Math.round(value * 1000) / 1000) ? Math.round(value) : value.toFixed(1)}${PERCENT}`
}

export interface Fact {
  name: string
  value: string
}

/** What was expected of the choice; effectiveness holds it against what came. */
export function forecastFacts({ choice, forecast }: Pick<Decision, 'choice' | 'forecast'>): Fact[] {
  if (!forecast) return []
  const where = choice.kind === 'existing' ? choice.name : 'the new droplet'
  return [
    { name: 'The fleet costs', value: formatMonthly(forecast.monthlyMicros) },
    { name: `Memory reserved on ${where}`, value: percent(forecast.memoryShareAfter) },
    { name: `CPU reserved on ${where}`, value: percent(forecast.cpuShareAfter) },
    ...(forecast.latencyMs === null
      ? []
      : [{ name: 'Round trip from your place', value: `${Math.round(forecast.latencyMs)} ms` }]),
  ]
}
