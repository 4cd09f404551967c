import { countVerdicts, countWords } from '#components/admin/templates/detail/checks-model.ts'
import { ChecksReport } from '#components/admin/templates/detail/checks-report.tsx'
import { VerdictBadge } from '#components/status/template-badges.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { TemplateView } from '#server/api/views-templates.ts'
import { FoldedSection, Section } from './template-section.tsx'

/** Every check with its verdict and evidence, for whoever wants to know before deploying. */
export function SecurityReport({ validation }: { validation: TemplateView['validation'] }) {
  if (!validation)
    return (
      <Section title="Checks" id="security">
        <p className="px-4 py-3 text-muted">
          This version has not been checked yet: neither its image, nor its security. Berth does so before it deploys
          it.
        </p>
      </Section>
    )
  const { checks, verdict, endedAt } = validation
  return (
    <FoldedSection
      title="Checks"
      id="security"
      open
      aside={
        <span className="flex flex-wrap items-center gap-x-3">
          <span>{countWords(countVerdicts(checks))}</span>
          <VerdictBadge verdict={verdict} />
        </span>
      }
    >
      <ChecksReport checks={readable(checks)} />
      <p className="flex gap-1 border-t px-4 py-2.5 text-muted text-sm">
        Checked <RelativeTime at={endedAt} />
      </p>
    </FoldedSection>
  )
}

/** A fix is the admin's business. */
const readable = (checks: NonNullable<TemplateView['validation']>['checks']) =>
  checks.map((check) => ({ ...check, fix: null }))
