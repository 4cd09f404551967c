/** `server.json` documents: what the MCP Registry publishes, as templates and back. Pure; see import.ts and export.ts. */
export { type ExportInput, exportServerJson } from './export.ts'
export { type ImageProposal, proposalFromImage } from './from-image.ts'
export { type Choice, type Imported, type ImportOptions, importServerJson, OWN_NAMESPACE } from './import.ts'
export { DOCUMENT_BYTES_MAX, plainJson, type Refusal } from './json.ts'
export type { Note } from './notes.ts'
export type { Runners } from './package.ts'
