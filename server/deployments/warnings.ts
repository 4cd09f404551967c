/** What a person should know about the template that a deployment runs. */
import type { TemplateWarning } from '#server/api/views.ts'
import type { Standing } from './gate.ts'

/**
 * The gravest first.
 * @param standing.note what the admin said who retired the version
 */
export function warningsOf(standing: Standing & { note: string }): TemplateWarning[] {
  const { status, upstreamStatus, upstreamMessage } = standing
  const why = standing.note ? ` ${standing.note}` : ''
  const said = upstreamMessage ? ` It says: ${upstreamMessage}` : ''
  const warnings: TemplateWarning[] = []
  if (upstreamStatus === 'deleted')
    warnings.push({
      kind: 'upstream-deleted',
      message: `The registry that this server came from has deleted it, which often means malware.${said}`,
    })
  if (status === 'withdrawn')
    warnings.push({
      kind: 'withdrawn',
      message: `An admin has withdrawn this version: it can’t be deployed again.${why}`,
    })
  if (upstreamStatus === 'deprecated')
    warnings.push({
      kind: 'upstream-deprecated',
      message: `The registry that this server came from calls it deprecated.${said}`,
    })
  if (status === 'deprecated')
    warnings.push({
      kind: 'deprecated',
      message: `This version is deprecated: a newer one or another server is better.${why}`,
    })
  return warnings
}
