/**
 * The API of an MCP Registry, as far as a copy of it needs: pages of servers, oldest forms included.
 *
 *   GET <url>/v0.1/servers?limit=100&include_deleted=true[&updated_since=…][&cursor=…]
 */
import { BerthError } from '#server/errors.ts'
import type { Ask } from '#server/registry/index.ts'

export interface Page {
  entries: unknown[]
  /** Null: this was the last page. */
  cursor: string | null
}

const PAGE_SIZE = 100
/** A hundred documents of some kilobytes; the registry allows far larger ones, and a page of those is refused. */
const PAGE_BYTES_MAX = 16 * 2 ** 20
const PAGE_TIMEOUT_MS = 30_000
const CURSOR_LENGTH_MAX = 1000
/** Newest first. */
const VERSIONS = ['v0.1', 'v0']
const action = 'Check the address: it is the base URL of an MCP Registry, without /v0.1/servers.'

interface Position {
  cursor: string | null
  updatedSince: string | null
}

export interface Pages {
  /** @throws REGISTRY_UNAVAILABLE, REGISTRY_REFUSED; STALE_CURSOR as its `cause` when the cursor is not taken any more */
  next(o: Position): Promise<Page>
}

export const STALE_CURSOR = 'stale-cursor'

export function createPages(ask: Ask, url: string, signal?: AbortSignal): Pages {
  /** What this registry turned out to speak. */
  let version = 0
  let filters = true

  async function get(o: Position): Promise<Response> {
    const address = new URL(`${url}/${VERSIONS[version]}/servers`)
    address.searchParams.set('limit', String(PAGE_SIZE))
    if (filters) address.searchParams.set('include_deleted', 'true')
    if (o.updatedSince !== null) address.searchParams.set('updated_since', o.updatedSince)
    if (o.cursor !== null) address.searchParams.set('cursor', o.cursor)
    return ask(address, {
      headers: { accept: 'application/json' },
      bodyBytesMax: PAGE_BYTES_MAX,
      timeoutMs: PAGE_TIMEOUT_MS,
      ...(signal && { signal }),
    })
  }

  return {
    async next(o) {
      for (;;) {
        const answer = await get(o)
        if (answer.ok) return readPage(await answer.text(), new URL(url).host)
        const { status } = answer
        if (status === 404 && version < VERSIONS.length - 1) version++
        // Older ones refuse what they do not know.
        else if ((status === 400 || status === 422) && filters) filters = false
        else throw failure(new URL(url).host, status, o.cursor !== null)
      }
    },
  }
}

function failure(host: string, status: number, hadCursor: boolean): BerthError {
  if (status >= 500 || status === 429 || status === 408)
    return new BerthError('REGISTRY_UNAVAILABLE', `${host} answers ${status}.`)
  const cause = hadCursor && status === 400 ? STALE_CURSOR : undefined
  return new BerthError('REGISTRY_REFUSED', `${host} answers ${status}: this is not the API of an MCP Registry.`, {
    cause,
    action,
  })
}

function readPage(text: string, host: string): Page {
  const bad = (why: string) =>
    new BerthError('REGISTRY_REFUSED', `${host} does not answer as an MCP Registry: ${why}.`, { action })
  let body: { servers?: unknown; metadata?: Record<string, unknown> | null } | null
  try {
    body = JSON.parse(text)
  } catch (error) {
    throw new BerthError('REGISTRY_REFUSED', `${host} does not answer as an MCP Registry: this is not JSON.`, {
      cause: error,
      action,
    })
  }
  if (typeof body !== 'object' || body === null) throw bad('this is no object')
  // A registry written in Go says null for an empty list.
  const servers = body.servers ?? (Object.hasOwn(body, 'servers') ? [] : undefined)
  if (!Array.isArray(servers)) throw bad('it lists no servers')
  const cursor = body.metadata?.nextCursor ?? body.metadata?.next_cursor ?? null
  if (cursor === null || cursor === '') return { entries: servers, cursor: null }
  if (typeof cursor !== 'string' || cursor.length > CURSOR_LENGTH_MAX) throw bad('its cursor is no text')
  return { entries: servers, cursor }
}
