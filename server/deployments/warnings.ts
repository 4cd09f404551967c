/** What a person should know about the template that a deployment runs. */
import type { UpstreamStatus } from '#db/schema/templates.ts'
import type { VersionStatus } from '#db/template-content.ts'
import type { TemplateWarning } from '#server/api/views.ts'

export interface TemplateStanding {
  /** Of the deployment's own version. */
  status: VersionStatus
  upstreamStatus: UpstreamStatus | null
  upstreamMessage: string | null
}

/** The gravest first. */
export function warningsOf({ status, upstreamStatus, upstreamMessage }: TemplateStanding): TemplateWarning[] {
  const warnings: TemplateWarning[] = []
  const said = upstreamMessage ? ` It says: ${upstreamMessage}` : ''
  if (upstreamStatus === 'deleted')
    warnings.push({
      kind: 'upstream-deleted',
      message: `The registry that this server came from has deleted it, which often means malware.${said}`,
    })
  if (status === 'withdrawn')
    warnings.push({ kind: 'withdrawn', message: 'An admin has withdrawn this version: it can’t be deployed again.' })
  if (upstreamStatus === 'deprecated')
    warnings.push({
      kind: 'upstream-deprecated',
      message: `The registry that this server came from calls it deprecated.${said}`,
    })
  if (status === 'deprecated')
    warnings.push({
      kind: 'deprecated',
      message: 'This version is deprecated: a newer one or another server is better.',
    })
  return warnings
}
