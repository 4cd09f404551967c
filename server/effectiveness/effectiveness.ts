/** Was placement right? Its decisions of the last days against what became of them, and the fleet as it stands. */
import type { EffectivenessView } from '#server/api/views-placement.ts'
import type { UserCtx } from '#server/context.ts'
import { FACTOR_NAMES, type FactorName } from '#server/placement/index.ts'
import { breaths } from './breath.ts'
import { fleetNow } from './fleet-now.ts'
import { DECISIONS_MAX, decisionsWithOutcome } from './rows.ts'
import { unpackInput } from './stored.ts'
import { MONTH_HOURS } from './sweep.ts'
import { factorEffect, judge, regretOf } from './verdict.ts'

export const ownEffectiveness = (ctx: UserCtx, input: { days: number }, signal?: AbortSignal) =>
  effectiveness(ctx, { ...input, userId: ctx.actor.userId }, signal)

/** Everybody's together; the API lets only admins ask. */
export const allEffectiveness = (ctx: UserCtx, input: { days: number }, signal?: AbortSignal) =>
  effectiveness(ctx, { ...input, userId: null }, signal)

/** What a month of the decision would have cost less, at most so many by name. */
const REGRETS_SHOWN = 10

async function effectiveness(
  ctx: UserCtx,
  o: { userId: string | null; days: number },
  signal?: AbortSignal,
): Promise<EffectivenessView> {
  const breath = breaths(signal)
  const counts = { hit: 0, fault: 0, dearer: 0, unjudged: 0 }
  const seen = new Map<FactorName, { score: number; good: boolean }[]>(FACTOR_NAMES.map((name) => [name, []]))
  const users = new Set<string>()
  const regrets: EffectivenessView['regret']['worst'] = []
  const use = { memory: 0, cpu: 0, n: 0 }
  let [decisions, created, left, regretMicros, causedMicros] = [0, 0, 0, 0, 0]
  for await (const row of decisionsWithOutcome(ctx.db, o)) {
    const { deploymentId, at, userId, choice, factors, input, wished, outcome } = row
    await breath()
    decisions++
    users.add(userId)
    causedMicros += outcome.costMicros
    if (choice.kind === 'create') created++
    if (outcome.leftAt) left++
    const regret =
      choice.kind === 'create' && input && outcome.healthyAt && !wished
        ? regretOf(choice, outcome, await unpackInput(input), MONTH_HOURS)
        : 0
    regretMicros += regret
    if (regret > 0) regrets.push({ deploymentId, at, choice, monthlyMicros: regret })
    if (outcome.p95) {
      use.n++
      use.memory += outcome.p95.memoryBytes / Math.max(1, outcome.reserved.memoryBytes)
      use.cpu += outcome.p95.cpuMillis / Math.max(1, outcome.reserved.cpuMillis)
    }
    const judged = judge(outcome, { wished, regretMicros: regret })
    counts[judged]++
    if (judged !== 'unjudged')
      for (const factor of factors ?? [])
        if (factor.weight > 0) seen.get(factor.name)?.push({ score: factor.score, good: judged === 'hit' })
  }
  const judged = decisions - counts.unjudged
  return {
    days: o.days,
    users: users.size,
    decisions,
    truncated: decisions >= DECISIONS_MAX,
    created,
    left,
    judged,
    hits: counts.hit,
    faults: counts.fault,
    dearer: counts.dearer,
    hitRate: judged > 0 ? counts.hit / judged : null,
    regret: {
      monthlyMicros: regretMicros,
      // Whose they are is nobody else's business.
      worst: o.userId === null ? [] : regrets.sort((a, b) => b.monthlyMicros - a.monthlyMicros).slice(0, REGRETS_SHOWN),
    },
    use: use.n > 0 ? { decisions: use.n, p95MemoryShare: use.memory / use.n, p95CpuShare: use.cpu / use.n } : null,
    causedMicros,
    factors: FACTOR_NAMES.map((name) => factorEffect(name, seen.get(name) ?? [])),
    fleet: await fleetNow(ctx.db, o.userId),
  }
}
