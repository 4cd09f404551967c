import type { UpstreamStatus } from '#db/schema/templates.ts'
import type { VersionStatus } from '#db/template-content.ts'
import { StatusBadge } from './status-badge.tsx'
import { UPSTREAM_STATUS, VERDICT_STATUS, VERSION_STATUS, type VerdictState } from './template-status.ts'

export const VersionBadge = ({ status, className }: { status: VersionStatus; className?: string }) => (
  <StatusBadge status={VERSION_STATUS[status]} className={className} />
)

export const VerdictBadge = ({ verdict, className }: { verdict: VerdictState; className?: string }) => (
  <StatusBadge status={VERDICT_STATUS[verdict]} className={className} />
)

export const UpstreamBadge = ({ status, className }: { status: UpstreamStatus; className?: string }) => (
  <StatusBadge status={UPSTREAM_STATUS[status]} className={className} />
)
