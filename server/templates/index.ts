/**
 * The catalogue: what can be deployed, and what one more deployment of it would mean for the person who looks.
 *
 *   listTemplates ── rows ── + registry (runnable) ── + one snapshot, choose() a row (cost) ──▶ TemplateCard[]
 */
export { getTemplate, listTemplates } from './list.ts'
export { previewPlacement } from './preview.ts'
