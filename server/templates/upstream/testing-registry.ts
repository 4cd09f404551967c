/** A registry that speaks the MCP Registry's API over HTTP, with what it answers in the hands of a test. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TestRegistry {
  url: string
  host: string
  /** What it lists, in any of the API's forms. */
  entries: unknown[]
  /** Path and query of every request, oldest first. */
  asked: URL[]
  pageSize: number
  /** Answers in place of the list. True: it did. */
  instead: (url: URL, res: ServerResponse, req: IncomingMessage) => boolean
  reset(): void
  close(): void
}

const OFFICIAL = 'io.modelcontextprotocol.registry/official'

/** An entry as the API gives it since 2025-09-29. */
export function entry(
  name: string,
  o: { version?: string; at?: string; isLatest?: boolean; status?: string; message?: string; document?: object } = {},
) {
  const { version = '1.0.0', at = '2026-01-01T00:00:00Z', isLatest = true, status = 'active', message } = o
  return {
    server: {
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      ...{ name, version, description: `What ${name} does.` },
      packages: [{ registryType: 'npm', identifier: 'acme-weather', version, transport: { type: 'stdio' } }],
      ...o.document,
    },
    _meta: {
      [OFFICIAL]: { status, ...(message && { statusMessage: message }), isLatest, updatedAt: at, publishedAt: at },
    },
  }
}

const updatedAt = (given: unknown): string =>
  (given as { _meta?: Record<string, { updatedAt?: string }> })._meta?.[OFFICIAL]?.updatedAt ?? '2026-01-01T00:00:00Z'

export async function testRegistry(): Promise<TestRegistry> {
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', registry.url)
    registry.asked.push(url)
    if (registry.instead(url, res, req)) return
    if (!/^\/v0(\.1)?\/servers$/.test(url.pathname)) return void res.writeHead(404).end('{}')
    const since = url.searchParams.get('updated_since')
    const all = registry.entries.filter((e) => since === null || Date.parse(updatedAt(e)) >= Date.parse(since))
    const from = Number(url.searchParams.get('cursor') ?? 0)
    const servers = all.slice(from, from + registry.pageSize)
    const next = from + registry.pageSize < all.length ? String(from + registry.pageSize) : undefined
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify({ servers, metadata: { count: servers.length, ...(next && { nextCursor: next }) } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const registry: TestRegistry = {
    ...{ url: `http://${host}`, host, entries: [], asked: [], pageSize: 2, instead: () => false },
    reset: () => Object.assign(registry, { entries: [], asked: [], pageSize: 2, instead: () => false }),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return registry
}
