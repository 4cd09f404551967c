/**
 * What became of placement's decisions.
 *
 *   saga ── packInput ─▶ placements (decision, snapshot, request)
 *   sweep (hourly) ─▶ placement_outcomes (healthy, failed, left, real use, share of the cost)
 *   effectiveness ─▶ hit rate, regret, utilisation, stranded capacity, factors that mislead
 *   replay ─▶ the stored decisions again, under other weights
 */
export { allEffectiveness, ownEffectiveness } from './effectiveness.ts'
export type { FleetUse } from './fleet-use.ts'
export { replayDecisions } from './replay.ts'
export { type DecisionInput, packInput } from './stored.ts'
export { startOutcomeSweep } from './sweep.ts'
export type { FactorEffect } from './verdict.ts'
