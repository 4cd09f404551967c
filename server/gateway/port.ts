/** The gateway's face to the rest of Berth. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ToolSummary } from '#db/schema/deployments.ts'
import type { Era } from '#db/schema/states.ts'
import type { TemplateConfig } from '#db/template-config.ts'

/** Where a deployment's container is. */
export interface Backend {
  deploymentId: string
  dropletId: string
  containerId: string
  transport: TemplateConfig['transport']
  /** Port on the droplet's 127.0.0.1 for a server that speaks HTTP. */
  hostPort: number | null
  /** Full argv of one server process, for stdio: image entrypoint + arguments. */
  command: string[]
}

export interface Handshake {
  era: Era
  protocolVersion: string
  serverInfo: { name: string; version: string; title?: string }
  tools: ToolSummary[]
}

export interface Gateway {
  /** Serves `/mcp/<deployment>`; body and stream untouched by anyone else. */
  handle(req: IncomingMessage, res: ServerResponse): void
  /**
   * Proves a backend healthy through the same code path that agents use: `server/discover`, else `initialize`, then
   * `tools/list`. Retries until the server answers or `signal` aborts. @throws HEALTH_CHECK_FAILED with what was seen
   */
  handshake(backend: Backend, o: { signal: AbortSignal; deadlineMs: number }): Promise<Handshake>
  /** Ends every session of a deployment (stop, delete, replaced container). */
  drop(deploymentId: string): Promise<void>
  close(): Promise<void>
}
