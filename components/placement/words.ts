/** Placement's words, once: factors, strategies and constraints as every page names them. Plain data. */
import type { Constraint, FactorName, Strategy } from '#server/placement/types.ts'

interface FactorWords {
  title: string
  /** What the factor asks of a droplet. */
  asks: string
  /** What less of it means, to go on after "than the best": named as a consequence. */
  worse: string
}

/** In the order in which bars stack. */
export const FACTOR_WORDS: Record<FactorName, FactorWords> = {
  resources: {
    title: 'Resources',
    asks: 'How well what is needed fits what is free: memory, CPU and disk after all reservations.',
    worse: 'fits less well into what is free',
  },
  load: {
    title: 'Load',
    asks: 'How busy the droplet is: measured use, containers beside it, failures lately.',
    worse: 'busier',
  },
  location: {
    title: 'Location',
    asks: 'How far the region is from where your agents call.',
    worse: 'farther away',
  },
  cost: {
    title: 'Cost',
    asks: 'What this choice adds to your bill; room on a droplet you pay anyway is free.',
    worse: 'a worse use of money',
  },
  redundancy: {
    title: 'Redundancy',
    asks: 'How much is lost when this droplet fails, and whether the same template stands there already.',
    worse: 'more depends on one droplet',
  },
  preferences: {
    title: 'Preferences',
    asks: 'The regions, droplets and sizes that you prefer.',
    worse: 'not what you prefer',
  },
}

export const FACTORS = Object.keys(FACTOR_WORDS) as FactorName[]

export const STRATEGY_WORDS: Record<Strategy, { title: string; sentence: string }> = {
  balanced: { title: 'Balanced', sentence: 'Weighs all six factors; good for most fleets.' },
  pack: { title: 'Pack', sentence: 'Fills droplets closely, so that fewer are needed.' },
  spread: { title: 'Spread', sentence: 'Keeps servers apart, so that one failing droplet takes less with it.' },
  cheapest: {
    title: 'Cheapest',
    sentence: 'Costs the least per server in the end; a new droplet may be larger than this server needs.',
  },
  nearest: { title: 'Nearest', sentence: 'Goes to the region closest to where your agents call.' },
}

export const STRATEGY_NAMES = Object.keys(STRATEGY_WORDS) as Strategy[]

/** Why droplets are out of the question, as the heading of those that share it. */
export const CONSTRAINT_WORDS: Record<Constraint, string> = {
  'not-requested': 'Another droplet was asked for',
  excluded: 'Left out of this decision',
  unusable: 'Not usable now',
  held: 'Held by the circuit breaker',
  'forbidden-droplet': 'Forbidden by you',
  'forbidden-region': 'In a region that you forbid',
  'forbidden-size': 'Of a size that you forbid',
  region: 'In another region than asked for',
  exclusive: 'Must stand alone',
  spread: 'The same template is there already',
  memory: 'Not enough memory',
  cpu: 'Not enough CPU',
  disk: 'Not enough disk',
}
