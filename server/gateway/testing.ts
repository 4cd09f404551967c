/** A stage for the gateway's tests: a database, containers as child processes, a real HTTP server, real MCP clients. */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { Client, StreamableHTTPClientTransport, type VersionNegotiationMode } from '@modelcontextprotocol/client'
import { v7 } from 'uuid'
import { users } from '#db/schema/auth.ts'
import { deployments, deploymentTokens, workers } from '#db/schema/deployments.ts'
import type { Era } from '#db/schema/states.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { TemplateConfig } from '#db/template-config.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import { type ChildEngine, childEngine } from '#fixtures/child-engine.ts'
import { createVault, newToken, sha256Hex, type Vault } from '#server/crypto/vault.ts'
import { sealVariables } from '#server/deployments/variables.ts'
import { createLog } from '#server/observability/log.ts'
import { createGateway, type GatewayDeps, type RunningGateway } from './gateway.ts'
import type { Backend } from './port.ts'

const root = path.join(import.meta.dirname, '../..')
const bin = (name: string, file: string) => path.join(root, 'node_modules/@modelcontextprotocol', name, 'dist', file)
const fixture = (file: string) => path.join(root, 'fixtures', file)
const node = process.execPath

/** Real servers, each as a command. */
export const SERVERS = {
  everything: [node, bin('server-everything', 'index.js')],
  modern: [node, fixture('mcp-modern/server.ts')],
  odd: [node, fixture('mcp-odd/http-sessions.ts')],
  oddSse: [node, fixture('mcp-odd/sse.ts')],
  crash: [node, fixture('mcp-odd/crash.ts')],
  silent: [node, fixture('mcp-odd/silent.ts')],
  memory: [node, bin('server-memory', 'index.js')],
} as const

export interface Deployed {
  deploymentId: string
  containerId: string
  token: string
  tokenId: string
  backend: Backend
  url: URL
}

export interface DeployOptions {
  server: readonly string[]
  transport: 'stdio' | 'shared' | 'http' | 'sse'
  era?: Era | null
  env?: Record<string, string>
}

/** A container that runs already. */
export type Registered = Omit<Backend, 'deploymentId'> & { era: Era | null }

const TRANSPORTS: Record<DeployOptions['transport'], TemplateConfig['transport']> = {
  stdio: { type: 'stdio', shared: false },
  shared: { type: 'stdio', shared: true },
  http: { type: 'streamable-http', port: 3001, path: '/mcp' },
  sse: { type: 'sse', port: 3001, path: '/sse' },
}

/** One Berth process with its own port. */
export interface Station {
  gateway: RunningGateway
  url: string
  close(): Promise<void>
}

export interface Stage {
  database: TestDatabase
  engine: ChildEngine
  vault: Vault
  deploy(o: DeployOptions): Promise<Deployed>
  register(o: Registered): Promise<Deployed>
  token(deploymentId: string): Promise<{ token: string; tokenId: string }>
  station(o?: Partial<GatewayDeps>): Promise<Station>
  close(): Promise<void>
}

const vault = createVault(randomBytes(32))

export async function gatewayStage(): Promise<Stage> {
  const database = await testDatabase()
  const engine = childEngine()
  const stations: Station[] = []
  const { db } = database
  const userId = v7()
  await db.insert(users).values({ id: userId, email: `${userId}@berth.test` })

  const token = async (deploymentId: string) => {
    const made = newToken('berth_mcp')
    const tokenId = v7()
    const prefix = made.slice(0, 16)
    await db.insert(deploymentTokens).values({ id: tokenId, deploymentId, prefix, tokenHash: sha256Hex(made) })
    return { token: made, tokenId }
  }

  async function station(o: Partial<GatewayDeps> = {}): Promise<Station> {
    const workerId = o.workerId ?? randomUUID()
    const server = http.createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await db.insert(workers).values({ id: workerId, role: 'web', internalUrl: url })
    const gateway = createGateway({
      db,
      engines: engine.pool,
      config: { publicUrl: url },
      vault,
      log: createLog('silent'),
      ...o,
      workerId,
    })
    server.on('request', (req, res) => gateway.handle(req, res))
    const made: Station = {
      gateway,
      url,
      async close() {
        await gateway.close()
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      },
    }
    stations.push(made)
    return made
  }

  async function register({ transport, era, ...o }: Registered): Promise<Deployed> {
    const config: TemplateConfig = {
      image: 'test/image',
      transport,
      environmentVariables: [],
      resources: { memoryBytes: 2 ** 28, cpuMillis: 250, diskBytes: 0 },
      volumes: [],
      startTimeoutMs: 30_000,
      capabilities: [],
    }
    const [deploymentId, templateId, templateVersionId] = [v7(), v7(), v7()]
    const common = { slug: templateId, displayName: 'T', description: '', category: 'test', mcpTemplateConfig: config }
    await db.insert(toolCatalog).values({ id: templateId, ...common })
    await db.insert(templateVersions).values({ id: templateVersionId, templateId, version: 1, config })
    const { dropletId, containerId, hostPort } = o
    const serving = { dropletId, containerId, hostPort, era, state: 'healthy' as const }
    const rest = { name: 'test', priority: 5, variables: sealVariables(vault, deploymentId, {}) }
    await db
      .insert(deployments)
      .values({ id: deploymentId, userId, templateId, templateVersionId, ...serving, ...rest })
    const first = stations[0] ?? (await station())
    const url = new URL(`/mcp/${deploymentId}`, first.url)
    return {
      deploymentId,
      containerId,
      backend: { deploymentId, transport, ...o },
      url,
      ...(await token(deploymentId)),
    }
  }

  return {
    database,
    engine,
    vault,
    token,
    station,
    async deploy({ server, transport, era = null, env }) {
      const isHttp = transport === 'http' || transport === 'sse'
      const http = transport === 'sse' ? 'sse' : server === SERVERS.everything ? 'streamableHttp' : 'http'
      const argv = [...server, isHttp ? http : 'stdio']
      const ran = await engine.run(argv, { ...(isHttp && { http: { env: env ?? {} } }), ...(env && { env }) })
      return register({ ...ran, command: argv, era, transport: TRANSPORTS[transport], dropletId: v7() })
    },
    register,
    async close() {
      await Promise.all(stations.map((s) => s.close()))
      await engine.close()
      await database.end()
    },
  }
}

export interface ConnectOptions {
  mode?: VersionNegotiationMode
  prepare?: (client: Client) => void
  capabilities?: ConstructorParameters<typeof Client>[1]
}

export async function connectClient(url: URL, token: string, o: ConnectOptions = {}) {
  const client = new Client(
    { name: 'test-agent', version: '1.0.0' },
    { ...o.capabilities, versionNegotiation: { mode: o.mode ?? 'legacy' } },
  )
  o.prepare?.(client)
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  })
  await client.connect(transport)
  return { client, transport }
}

export const TOOLS_LIST = '{"jsonrpc":"2.0","id":9,"method":"tools/list"}'

/** A call of a session as its client sends it, without the client. */
export const postTo = (
  url: URL,
  o: { token: string; session: string | undefined; body: string; accept?: string },
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${o.token}`,
      'content-type': 'application/json',
      accept: o.accept ?? 'application/json, text/event-stream',
      'mcp-session-id': o.session ?? '',
    },
    body: o.body,
  })

export const textOf = (result: unknown): string => {
  const [first] = (result as { content: { text: string }[] }).content
  return first?.text ?? ''
}
