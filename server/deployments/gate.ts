/** May an attempt of this version begin? Asked by the click, by a redeploy, and again when a worker begins. */
import { eq, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { templateVersions, toolCatalog, type UpstreamStatus } from '#db/schema/templates.ts'
import type { VersionStatus } from '#db/template-content.ts'
import { BerthError } from '#server/errors.ts'
import type { Purpose } from './purpose.ts'

/** How a version and its template stand now. */
export interface Standing {
  status: VersionStatus
  upstreamStatus: UpstreamStatus | null
  upstreamMessage: string | null
  /** It runs a package, and nobody has chosen and locked yet what that needs. */
  isUnresolved: boolean
}

export const standingColumns = {
  status: templateVersions.status,
  upstreamStatus: toolCatalog.upstreamStatus,
  upstreamMessage: toolCatalog.upstreamMessage,
  isUnresolved: sql<boolean>`(${templateVersions.config}->'package' is not null and ${templateVersions.packageLock} is null)`,
}

/** @throws NOT_FOUND for a draft, which only a dry run may use; TEMPLATE_REFUSED for what nobody may run any more */
export function refuseUnlessDeployable(standing: Standing, purpose: Purpose): void {
  const { status, upstreamStatus, upstreamMessage, isUnresolved } = standing
  if (status === 'withdrawn') throw new BerthError('TEMPLATE_REFUSED', 'An admin has withdrawn this version.')
  // A dry run is how an admin learns what it would do.
  if (purpose === 'dry-run') return
  if (status === 'draft') throw new BerthError('NOT_FOUND', 'There is no such template or version.')
  if (upstreamStatus === 'deleted')
    throw new BerthError(
      'TEMPLATE_REFUSED',
      `The registry that this server came from has deleted it, which often means malware.${upstreamMessage ? ` It says: ${upstreamMessage}` : ''}`,
      { action: 'Choose another server.' },
    )
  if (isUnresolved)
    throw new BerthError('TEMPLATE_REFUSED', 'Its package has not been resolved yet.', {
      action: 'Have an admin validate the template: that chooses and locks all that the package needs.',
    })
}

/** For the next attempt of a deployment that exists. @throws TEMPLATE_REFUSED */
export async function refuseUnlessVersionDeployable(
  tx: Tx,
  row: { templateVersionId: string; purpose: Purpose },
): Promise<void> {
  const [standing] = await tx
    .select(standingColumns)
    .from(templateVersions)
    .innerJoin(toolCatalog, eq(toolCatalog.id, templateVersions.templateId))
    .where(eq(templateVersions.id, row.templateVersionId))
  if (!standing) throw new BerthError('NOT_FOUND', 'Its template version is gone.')
  refuseUnlessDeployable(standing, row.purpose)
}
