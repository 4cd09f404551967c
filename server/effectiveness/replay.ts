/**
 * The decisions of the last days once more, under other weights. Each is decided on the snapshot that it was made from:
 * what a changed decision would have changed for the next ones is not followed.
 */
import type { ReplayView } from '#server/api/views-placement.ts'
import type { UserCtx } from '#server/context.ts'
import { choose, POLICY_VERSION } from '#server/placement/index.ts'
import type { Choice, FactorName, PlacementRequest, Strategy } from '#server/placement/types.ts'
import { breaths } from './breath.ts'
import { DECISIONS_MAX, storedDecisions } from './rows.ts'
import { unpackInput } from './stored.ts'
import { priceOf } from './verdict.ts'

export interface ReplayInput {
  days: number
  strategy?: Strategy | undefined
  /** Over the strategy's own. */
  weights?: Partial<Record<FactorName, number>> | undefined
}

const KINDS_SHOWN = 20

export async function replayDecisions(ctx: UserCtx, input: ReplayInput, signal?: AbortSignal): Promise<ReplayView> {
  const breath = breaths(signal)
  const kinds = new Map<string, ReplayView['changes'][number]>()
  let [decisions, changed, otherRules, monthlyMicros] = [0, 0, 0, 0]
  for await (const row of storedDecisions(ctx.db, input)) {
    await breath()
    if (!row.input) continue
    const { snapshot, request } = await unpackInput(row.input)
    decisions++
    // Decided by older rules: compared with what the present ones say under the weights of then.
    const older = row.policyVersion !== POLICY_VERSION
    if (older) otherRules++
    const before = older ? choose(snapshot, request).choice : row.choice
    const after = choose(snapshot, under(request, input)).choice
    if (isSame(before, after)) continue
    changed++
    const difference = priceOf(after) - priceOf(before)
    monthlyMicros += difference
    const [from, to] = [kindOf(before), kindOf(after)]
    const kind = kinds.get(`${from}>${to}`) ?? { from, to, count: 0, monthlyMicros: 0 }
    kinds.set(`${from}>${to}`, kind)
    kind.count++
    kind.monthlyMicros += difference
  }
  return {
    days: input.days,
    decisions,
    truncated: decisions >= DECISIONS_MAX,
    changed,
    otherRules,
    monthlyDifferenceMicros: monthlyMicros,
    changes: [...kinds.values()].sort((a, b) => b.count - a.count).slice(0, KINDS_SHOWN),
  }
}

function under(request: PlacementRequest, { strategy, weights }: ReplayInput): PlacementRequest {
  const { weights: _, ...own } = request.preferences
  const preferences = { ...own, ...(strategy && { strategy }), ...(weights && { weights }) }
  return { ...request, preferences }
}

function isSame(a: Choice, b: Choice): boolean {
  if (a.kind === 'existing') return b.kind === 'existing' && a.dropletId === b.dropletId
  if (a.kind === 'create') return b.kind === 'create' && a.size === b.size && a.region === b.region
  return b.kind === 'none'
}

const kindOf = (choice: Choice): string =>
  choice.kind === 'create' ? `new ${choice.size}` : choice.kind === 'existing' ? 'a droplet there' : 'none'
