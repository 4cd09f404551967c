/**
 * What became of placement's decisions.
 *
 *   saga ── packInput ─▶ placements (decision, snapshot, request)
 *   sweep (hourly) ─▶ placement_outcomes (healthy, failed, left, real use, share of the cost)
 *   effectiveness ─▶ hit rate, regret, utilisation, stranded capacity, factors that mislead
 *   replay ─▶ the stored decisions again, under other weights
 */
export { type DecisionInput, packInput } from './stored.ts'
