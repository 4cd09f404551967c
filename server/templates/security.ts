/** The security badge: the worst verdict of the security checks, with the findings behind it. */
import type { SecuritySummary } from '#db/schema/templates.ts'
import type { Check, Verdict } from '#db/template-validation.ts'

const WORST_FIRST: Verdict[] = ['fail', 'warn', 'pass', 'skipped']

export function securityOf(checks: Check[], validatedAt: Date): SecuritySummary {
  const security = checks.filter((check) => check.group === 'security' && check.state === 'done')
  const verdict = WORST_FIRST.find((worst) => security.some((check) => check.verdict === worst)) ?? 'skipped'
  const found = security.filter((check) => check.verdict === 'fail' || check.verdict === 'warn')
  return { verdict, reasons: found.map((check) => check.summary), validatedAt: validatedAt.toISOString() }
}
