/**
 * The catalogue: what can be deployed, what one more deployment of it would mean for the person who looks, and how
 * admins change it.
 *
 *   listTemplates ── rows ── + registry (runnable) ── + one snapshot, choose() a request (cost) ──▶ TemplateCard[]
 *
 *   create, save ──▶ draft ──publish──▶ published ──deprecate──▶ deprecated (may be published again)
 *                       └──────────────────┴──────withdraw──────────┴──▶ withdrawn (final)
 *
 * Every save is a new, immutable version; the head row (`tool_catalog`) copies the current one: the newest published.
 */
export { LIST_MAX, SORTS } from './catalogue.ts'
export { listCategories } from './categories.ts'
export { getTemplate, listTemplates } from './list.ts'
export { planFleetFor } from './plan.ts'
export { previewPlacement } from './preview.ts'
export { proposeFromImage, proposeFromServerJson, proposeFromUrl } from './propose/sources.ts'
export {
  checkCredential,
  listCredentials,
  removeCredential,
  setCredential,
} from './registries/credentials.ts'
export {
  addUpstreamRegistry,
  listUpstreamRegistries,
  proposeFromUpstream,
  removeUpstreamRegistry,
  searchUpstreamServers,
  startUpstreamSync,
  syncUpstreamRegistry,
} from './upstream/index.ts'
export { BULK_ACTIONS, type BulkResult, bulkTemplates } from './versions/bulk.ts'
export { compareVersions } from './versions/compare.ts'
export { createTemplate } from './versions/create.ts'
export { exportTemplate } from './versions/export.ts'
export { getAdminTemplate } from './versions/get.ts'
export { listAdminTemplates } from './versions/list.ts'
export { publishTemplate } from './versions/publish.ts'
export { deprecateTemplate, withdrawTemplate } from './versions/retire.ts'
export { saveTemplate } from './versions/save.ts'
export { validateTemplate } from './versions/validate.ts'
