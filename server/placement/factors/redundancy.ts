/** What falls when the droplet falls: replicas of the same template together, or most of what the user runs. */
import type { Context, FactorRule, Option } from '../context.ts'
import { percent, plural } from '../words.ts'

/** All deployments on one droplet are so much worse than each on its own. */
const SHARE_WEIGHT = 0.3

export const redundancy: FactorRule = {
  score(option, context) {
    return (1 - SHARE_WEIGHT * shareThere(option, context)) / (1 + copiesThere(option, context))
  },
  detail(option, context) {
    const copies = copiesThere(option, context)
    const there = copies > 0 ? `${plural(copies, 'deployment')} of this template there already; ` : ''
    return `${there}${percent(shareThere(option, context))} of your deployments would fall with it`
  },
}

const copiesThere = ({ templates }: Option, { request: { templateId } }: Context): number =>
  templateId === undefined ? 0 : (templates[templateId] ?? 0)

const shareThere = ({ containers }: Option, { snapshot: { demand } }: Context): number =>
  Math.min(1, (containers + 1) / (demand.containers + 1))
