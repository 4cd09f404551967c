/**
 * One entry of a registry's list. The document and what the registry says about it stand apart since 2025-09-29; before,
 * the registry wrote into the document's `_meta`, beside it under its own name, or flat into the document.
 */
import { UPSTREAM_STATUSES, type UpstreamStatus } from '#db/schema/templates.ts'
import { storableText } from '#server/storable.ts'
import { DOCUMENT_BYTES_MAX, plainJson } from '../server-json/index.ts'

export interface UpstreamEntry {
  name: string
  version: string
  status: UpstreamStatus
  statusMessage: string | null
  isLatest: boolean
  updatedAt: Date
  /** As the registry said it; null when it said none. */
  updatedAtText: string | null
  document: Record<string, unknown>
  searchText: string
}

type Fields = Record<string, unknown>
const OFFICIAL = 'io.modelcontextprotocol.registry/official'
const OLDER_OFFICIAL = 'x-io.modelcontextprotocol.registry'
const MESSAGE_MAX = 1000
const SEARCH_MAX = 4000
const DATE_LENGTH_MAX = 64
/** Go's zero time, which says that there is none. */
const EARLIEST = new Date('0001-01-01T00:00:00Z')
const LATEST = new Date(Date.UTC(10_000, 0))

/** @returns the reason for what can't be stored, with the name where there is one */
export function readEntry(given: unknown, now: Date): UpstreamEntry | { refused: string } {
  const plain = plainJson(given)
  if (!plain.ok) return { refused: `${nameIn(given)}: ${plain.refusal.reason}` }
  const entry = fields(plain.value)
  const document = entry.server === undefined ? entry : fields(entry.server)
  const { name } = document
  const version = text(document.version) ?? text(fields(document.version_detail).version)
  if (typeof name !== 'string' || name === '' || name.length > 200) return { refused: 'an entry without a name' }
  if (version === null || version.length > 255) return { refused: `${name}: there is no version` }
  if (Buffer.byteLength(JSON.stringify(document)) > DOCUMENT_BYTES_MAX)
    return { refused: `${name}: larger than 512 KiB` }
  const own = fields(fields(entry._meta)[OFFICIAL])
  // Where the registry's word stands apart, the author's document has no say about itself.
  const apart = document !== entry && Object.keys(own).length > 0
  const older = [
    fields(fields(document._meta)[OFFICIAL]),
    fields(entry[OLDER_OFFICIAL]),
    fields(document.version_detail),
    document,
  ]
  const said = apart ? [own] : [own, ...older]
  const find = (...keys: string[]): unknown =>
    said.flatMap((place) => keys.map((key) => place[key])).find((value) => value !== undefined && value !== null)
  const status = find('status')
  const updated = text(find('updatedAt', 'updated_at')) ?? text(find('publishedAt', 'published_at', 'release_date'))
  const at = updated === null ? null : dateOf(updated)
  if (updated !== null && at === null) return { refused: `${name}: its date is not one` }
  // People read it as the registry's word, so it is never taken from a document, in whichever form.
  const message = text(own.statusMessage) ?? text(own.status_message)
  return {
    name,
    version,
    status: UPSTREAM_STATUSES.find((known) => known === status) ?? 'active',
    statusMessage: message && storableText(message.slice(0, MESSAGE_MAX)),
    isLatest: find('isLatest', 'is_latest') !== false,
    updatedAt: at ?? now,
    updatedAtText: updated,
    document,
    searchText: [name, text(document.title), text(document.description)].filter(Boolean).join(' ').slice(0, SEARCH_MAX),
  }
}

/** Years as four digits write them: others neither Postgres nor a registry takes as they would be sent. */
function dateOf(said: string): Date | null {
  const at = new Date(said)
  return said.length <= DATE_LENGTH_MAX && at >= EARLIEST && at < LATEST ? at : null
}

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

const text = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null)

function nameIn(given: unknown): string {
  const name = fields(fields(given).server).name ?? fields(given).name
  return typeof name === 'string' ? name.replace(/[\p{Cc}\p{Cs}]/gu, '').slice(0, 200) : 'an entry'
}
