import Link from 'next/link'
import { StatusIcon } from '#components/status/status-badge.tsx'
import { WARNING_STATUS } from '#components/status/template-status.ts'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { DeploymentView, TemplateWarning } from '#server/api/views.ts'
import { insteadOf, refusedBecause } from './actions-model.ts'

/** What hangs over a running copy, at the top of its page; it comes and goes with the stream. */
export const TemplateWarnings = ({ deployment }: { deployment: DeploymentView }) =>
  deployment.warnings.map(({ kind, message }) => {
    const { tone, label, sentence } = WARNING_STATUS[kind]
    const grave = tone === 'bad'
    const refused = refusedBecause('redeploy', [{ kind }]) !== null
    return (
      <Notice
        key={kind}
        tone={grave ? 'bad' : 'warn'}
        role={grave ? 'alert' : 'status'}
        title={label}
        action={refused && <InsteadLink deployment={deployment} />}
      >
        {message} {kind === 'upstream-deleted' && sentence}
      </Notice>
    )
  })

/** To what can be deployed in its place. */
export function InsteadLink({ deployment }: { deployment: DeploymentView }) {
  const { href, label } = insteadOf(deployment)
  return (
    <Button asChild size="sm">
      <Link href={href}>{label}</Link>
    </Button>
  )
}

/** The gravest of them, in a row of the list. */
export function WarningMark({ warnings }: { warnings: readonly TemplateWarning[] }) {
  const [first] = warnings
  if (!first) return null
  const status = WARNING_STATUS[first.kind]
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap text-sm" title={first.message}>
      <StatusIcon status={status} />
      {status.label}
    </span>
  )
}
