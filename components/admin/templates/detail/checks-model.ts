/** What the checklist shows of a validation. Pure. */
import type { CheckState, VerdictState } from '#components/status/template-status.ts'
import { CHECK_GROUPS, type Check, type CheckGroup, type Verdict } from '#db/template-validation.ts'
import type { ValidationView } from '#server/api/views-templates.ts'

export const checkState = (check: Check): CheckState =>
  check.state === 'done' ? (check.verdict ?? 'skipped') : check.state

/** What asks for a person comes open. */
export const opensItself = (check: Check): boolean =>
  check.state === 'done' && (check.verdict === 'fail' || check.verdict === 'warn')

export const runState = (validation: ValidationView | null): VerdictState =>
  validation === null ? 'none' : validation.endedAt === null ? 'running' : (validation.verdict ?? 'none')

export interface CheckGroupModel {
  group: CheckGroup
  checks: Check[]
  counts: Record<Verdict, number>
}

export function groupChecks(checks: readonly Check[]): CheckGroupModel[] {
  return CHECK_GROUPS.map((group) => {
    const own = checks.filter((check) => check.group === group)
    return { group, checks: own, counts: countVerdicts(own) }
  }).filter(({ checks }) => checks.length > 0)
}

export function countVerdicts(checks: readonly Check[]): Record<Verdict, number> {
  const counts = { pass: 0, warn: 0, fail: 0, skipped: 0 }
  for (const check of checks) if (check.state === 'done' && check.verdict) counts[check.verdict] += 1
  return counts
}

/** "14 passed, 2 warnings, 1 failed, 3 not checked": zeros are left out. */
export function countWords(counts: Record<Verdict, number>): string {
  const words = [
    counts.fail > 0 && `${counts.fail} failed`,
    counts.warn > 0 && `${counts.warn} ${counts.warn === 1 ? 'warning' : 'warnings'}`,
    counts.pass > 0 && `${counts.pass} passed`,
    counts.skipped > 0 && `${counts.skipped} not checked`,
  ]
  return words.filter(Boolean).join(', ')
}

export const fixable = (checks: readonly Check[]): Check[] =>
  checks.filter((check) => opensItself(check) && (check.fix?.patch?.length ?? 0) > 0)

/** Why a version can't be published yet, in words; null when it can, maybe by accepting what fails. */
export function publishBlock(validation: ValidationView | null): string | null {
  if (validation === null) return 'Its checks have not run yet.'
  if (validation.endedAt === null) return 'Its checks are still under way.'
  if (validation.verdict === null || validation.checks.some((check) => check.state !== 'done'))
    return 'Its checks were interrupted; run them again.'
  return null
}

export const failing = (validation: ValidationView | null): Check[] =>
  validation?.checks.filter((check) => check.state === 'done' && check.verdict === 'fail') ?? []

/** The dry run found no room, so whether the server starts is not known. */
export const notTried = (checks: readonly Check[]): boolean =>
  checks.some((check) => check.id === 'dry-run' && checkState(check) === 'skipped')
