import { StatusIcon } from '#components/status/status-badge.tsx'
import { WARNING_STATUS } from '#components/status/template-status.ts'
import { Notice } from '#components/ui/notice.tsx'
import type { TemplateWarning } from '#server/api/views.ts'

/** What hangs over a running copy, at the top of its page; it comes and goes with the stream. */
export const TemplateWarnings = ({ warnings }: { warnings: readonly TemplateWarning[] }) =>
  warnings.map(({ kind, message }) => {
    const { tone, label, sentence } = WARNING_STATUS[kind]
    const grave = tone === 'bad'
    return (
      <Notice key={kind} tone={grave ? 'bad' : 'warn'} role={grave ? 'alert' : 'status'} title={label}>
        {message} {kind === 'upstream-deleted' && sentence}
      </Notice>
    )
  })

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
