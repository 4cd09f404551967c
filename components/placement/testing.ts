/** Decisions for tests: plain, with what a test wants different. */
import type { Candidate, CreateCandidate, Decision, ExistingCandidate, FactorName } from '#server/placement/types.ts'
import { FACTORS } from './words.ts'

const WEIGHTS: Record<FactorName, number> = {
  resources: 0.3,
  load: 0.1,
  location: 0.15,
  cost: 0.25,
  redundancy: 0.1,
  preferences: 0.1,
}

/** Scores by factor, each times its weight in whole millionths: all 1 but those given. */
const scored = (scores: Partial<Record<FactorName, number>>): Pick<Candidate, 'score' | 'factors'> => {
  const factors = FACTORS.map((name) => {
    const score = scores[name] ?? 1
    return { name, score, weight: WEIGHTS[name], points: Math.round(score * WEIGHTS[name] * 1e6), detail: `${name}.` }
  })
  return { factors, score: factors.reduce((sum, { points }) => sum + points, 0) }
}

export const existing = (name: string, scores: Partial<Record<FactorName, number>> = {}): ExistingCandidate => ({
  kind: 'existing',
  dropletId: name,
  name,
  size: 's-1vcpu-1gb',
  region: name.split('-')[0] ?? 'nyc3',
  ...scored(scores),
})

export const create = (region: string, scores: Partial<Record<FactorName, number>> = {}): CreateCandidate => ({
  kind: 'create',
  size: 's-1vcpu-1gb',
  region,
  priceMonthlyMicros: 6_000_000,
  ...scored(scores),
})

export const decision = (candidates: Candidate[], over: Partial<Decision> = {}): Decision => {
  const [best] = candidates
  return {
    choice:
      best?.kind === 'existing'
        ? { kind: 'existing', dropletId: best.dropletId, name: best.name }
        : best
          ? { kind: 'create', size: best.size, region: best.region, priceMonthlyMicros: best.priceMonthlyMicros }
          : { kind: 'none', reason: 'There is no droplet.', change: 'Allow new ones.' },
    summary: 'A summary.',
    strategy: 'balanced',
    weights: WEIGHTS,
    candidates,
    ruledOut: [],
    ruledOutCounts: {},
    noNewDroplet: null,
    forecast: null,
    ...over,
  }
}
