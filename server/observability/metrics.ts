/** Prometheus metrics of one process: Node's own, requests by kind and status, deployments by state. */
import type { ServerResponse } from 'node:http'
import { sql } from 'drizzle-orm'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Db } from '#db/client.ts'
import { DEPLOYMENT_STATES } from '#db/schema/states.ts'
import type { GatewayMetrics } from '#server/gateway/index.ts'

export interface Metrics {
  /** Of one HTTP request that ended. @param kind `trpc`, `mcp`, `page`, … never a path: paths hold ids */
  request(kind: string, status: number, seconds: number): void
  /** Watches an answer until it closes, so that open streams can be counted. */
  track(res: ServerResponse): void
  gateway: GatewayMetrics
  text(db: Db | null): Promise<{ contentType: string; body: string }>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'berth_' })
  const requests = new Counter({
    name: 'berth_http_requests_total',
    help: 'HTTP requests that ended, by kind and status class',
    labelNames: ['kind', 'status'],
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'berth_http_request_seconds',
    help: 'Seconds from request to the end of its answer; streams are not counted',
    labelNames: ['kind'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const deployments = new Gauge({
    name: 'berth_deployments',
    help: 'Deployments of this installation by state',
    labelNames: ['state'],
    registers: [registry],
  })
  const sessions = new Gauge({
    name: 'berth_mcp_sessions',
    help: 'MCP sessions that this process holds, by transport of the container',
    labelNames: ['transport'],
    registers: [registry],
  })
  const open = new Set<ServerResponse>()
  new Gauge({
    name: 'berth_live_streams',
    help: 'Streams of server-sent events to pages and scripts that are open now',
    registers: [registry],
    collect() {
      this.set([...open].filter(isStream).length)
    },
  })
  return {
    track(res) {
      open.add(res)
      res.once('close', () => open.delete(res))
    },
    gateway: {
      // Counted where every answer ends, as kind `mcp`: an id as label would make a series for each deployment.
      request: () => {},
      sessions({ stdio, sse, http }) {
        sessions.set({ transport: 'stdio' }, stdio)
        sessions.set({ transport: 'sse' }, sse)
        sessions.set({ transport: 'streamable-http' }, http)
      },
    },
    request(kind, status, took) {
      requests.inc({ kind, status: `${Math.floor(status / 100)}xx` })
      if (kind !== 'stream') seconds.observe({ kind }, took)
    },
    async text(db) {
      if (db) {
        const rows = await db.execute<{ state: string; n: number }>(
          sql`select state, count(*)::int as n from deployments where purpose = 'serve' group by state`,
        )
        const counts = new Map(rows.map((row) => [row.state, row.n]))
        for (const state of DEPLOYMENT_STATES) deployments.set({ state }, counts.get(state) ?? 0)
      }
      return { contentType: registry.contentType, body: await registry.metrics() }
    },
  }
}

/** Whether an answer is a stream of server-sent events; known once its head was written. */
export const isStream = (res: ServerResponse): boolean =>
  String(res.getHeader('content-type') ?? '').startsWith('text/event-stream')
