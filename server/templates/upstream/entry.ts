/**
 * One entry of a registry's list. The document and what the registry says about it stand apart since 2025-09-29; before,
 * the registry wrote into the document's `_meta`, beside it under its own name, or flat into the document.
 */
import { UPSTREAM_STATUSES, type UpstreamStatus } from '#db/schema/templates.ts'
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
  const said = [
    fields(fields(entry._meta)[OFFICIAL]),
    fields(fields(document._meta)[OFFICIAL]),
    fields(entry[OLDER_OFFICIAL]),
    fields(document.version_detail),
    document,
  ]
  const find = (...keys: string[]): unknown =>
    said.flatMap((place) => keys.map((key) => place[key])).find((value) => value !== undefined && value !== null)
  const status = find('status')
  const updated = text(find('updatedAt', 'updated_at')) ?? text(find('publishedAt', 'published_at', 'release_date'))
  const at = updated === null ? Number.NaN : Date.parse(updated)
  return {
    name,
    version,
    status: UPSTREAM_STATUSES.find((known) => known === status) ?? 'active',
    statusMessage: text(find('statusMessage', 'status_message'))?.slice(0, MESSAGE_MAX) ?? null,
    isLatest: find('isLatest', 'is_latest') !== false,
    updatedAt: Number.isNaN(at) ? now : new Date(at),
    updatedAtText: Number.isNaN(at) ? null : updated,
    document,
    searchText: [name, text(document.title), text(document.description)].filter(Boolean).join(' ').slice(0, SEARCH_MAX),
  }
}

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

const text = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null)

function nameIn(given: unknown): string {
  const name = fields(fields(given).server).name ?? fields(given).name
  return typeof name === 'string' ? name.replace(/[\p{Cc}\p{Cs}]/gu, '').slice(0, 200) : 'an entry'
}
