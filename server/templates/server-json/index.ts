/** `server.json` documents: what the MCP Registry publishes, as templates and back. Pure; see import.ts and export.ts. */
export { exportServerJson } from './export.ts'
export { proposalFromImage } from './from-image.ts'
export { type Imported, importServerJson, OWN_NAMESPACE } from './import.ts'
export { DOCUMENT_BYTES_MAX, plainJson } from './json.ts'
export type { Runners } from './package.ts'
