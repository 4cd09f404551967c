/**
 * A whole web process for tests, without Next, clouds or droplets: database, API, sessions and HTTP surface are real,
 * the cloud refuses and no droplet answers. Cookies are made as next-auth makes them.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encode } from 'next-auth/jwt'
import { v7 } from 'uuid'
import { type Role, users } from '#db/schema/auth.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { Services } from '#server/api/services.ts'
import {
  createAuthEvents,
  hashPassword,
  insertApiToken,
  openSession,
  secureCookies,
  sessionSecret,
} from '#server/auth/index.ts'
import type { Cloud } from '#server/cloud/port.ts'
import { readConfig } from '#server/config.ts'
import type { Base, Scope } from '#server/context.ts'
import { createVault } from '#server/crypto/vault.ts'
import { createEventHub } from '#server/deployments/index.ts'
import type { EnginePool } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { createFleet, type FleetBase } from '#server/fleet/index.ts'
import { handleRequest, type Surface } from '#server/http/router.ts'
import { createHealth } from '#server/observability/health.ts'
import { createListener } from '#server/observability/listen.ts'
import { createLog } from '#server/observability/log.ts'
import { createMetrics } from '#server/observability/metrics.ts'
import { registryServices } from '#server/registry/index.ts'
import {
  createValidationHub,
  createValidator,
  type ValidationDeps,
  validationDeps,
} from '#server/templates/validation/index.ts'
import { housekeepingTx } from '#server/tx.ts'

export interface Person {
  userId: string
  email: string
  /** `cookie` header of a signed-in browser. */
  cookie: string
  sessionId: string
  apiToken: string
  tokenId: string
}

export interface Answer {
  status: number
  headers: Headers
  /** `result.data.json` of a success. */
  data: unknown
  error: { message: string; code: string; berth: { code: string; field?: string; action: string } } | null
  text: string
}

export interface Stack extends TestDatabase {
  url: string
  base: FleetBase
  services: Services
  /** Everything that was logged, as text. */
  logged(): string
  person(role?: Role, o?: { password?: string; scopes?: Scope[] }): Promise<Person>
  /** Another browser of the same person. */
  signIn(person: Person): Promise<{ cookie: string; sessionId: string }>
  /** Calls a procedure as a script or a browser would. */
  call(procedure: string, input: unknown, o?: CallOptions): Promise<Answer>
}

export interface CallOptions {
  /** GET for queries, the default; POST for mutations. */
  method?: 'GET' | 'POST'
  cookie?: string
  token?: string
  headers?: Record<string, string>
}

const down = () => Promise.reject(new BerthError('CLOUD_UNAVAILABLE', 'The cloud is down.'))

/** A cloud that answers nothing; `calls` of another kind can be given. */
const deadCloud: Cloud = {
  account: down,
  missingScopes: down,
  sizes: down,
  regions: down,
  ensureSshKey: down,
  ensureFirewall: down,
  createDroplet: down,
  getDroplet: down,
  listDroplets: down,
  deleteDroplet: down,
  deleteSshKey: down,
  deleteFirewall: down,
}

const unreachable = () => Promise.reject(new BerthError('SSH_UNREACHABLE', 'No droplet answers.'))
const deadPool: EnginePool = {
  engine: unreachable,
  command: unreachable,
  provenHostKey: () => null,
  probeHostKey: unreachable,
  forget: () => {},
  close: async () => {},
}

/** No worker runs here that would end one. */
const refused = () => Promise.reject(new BerthError('NO_PLACEMENT', 'No droplet has room.'))
const noDryRun: ValidationDeps['dryRun'] = { start: refused, result: refused }

export interface StackOptions {
  validation?: Partial<ValidationDeps>
  /** Environment beside the database and the key, as `readConfig` reads it. */
  env?: Record<string, string>
  cloud?: Partial<Cloud>
  pool?: Partial<EnginePool>
  pages?: (req: Parameters<typeof handleRequest>[1], res: Parameters<typeof handleRequest>[2]) => Promise<void>
}

export async function testStack(o: StackOptions = {}): Promise<Stack> {
  const database = await testDatabase()
  const masterKey = Buffer.alloc(32, database.url).toString('base64')
  const config = readConfig({ DATABASE_URL: database.url, BERTH_MASTER_KEY: masterKey, ...o.env })
  const lines: string[] = []
  const log = createLog('debug', { write: (line) => void lines.push(line) })
  const plain: Base = {
    db: database.db,
    config,
    vault: createVault(config.masterKey),
    log,
    installationId: 'testtesttt',
  }
  const pool = { ...deadPool, ...o.pool }
  const fleet = createFleet({ makeCloud: () => ({ ...deadCloud, ...o.cloud }), pool, log })
  const base: FleetBase = { ...plain, fleet }
  const listener = createListener(database.url, log)
  const events = await createEventHub({ db: database.db, listener, log })
  const sessions = await createAuthEvents({ db: database.db, listener, log })
  const registries = registryServices(plain)
  const validator = createValidator({
    ...{ base, workerId: 'test' },
    deps: { ...validationDeps({ base, images: registries.images, engines: pool }), dryRun: noDryRun, ...o.validation },
  })
  const services: Services = {
    ...{ fleet, events, sessions, validator },
    ...registries,
    validations: await createValidationHub(listener),
  }

  const surface: Surface = {
    ...{ config, log, health: createHealth(), metrics: createMetrics(), phase: () => 'ready' },
    ready: () => ({ base, services, gateway: { handle: (_, res) => res.end('mcp') }, pages: o.pages ?? null }),
  }
  const server = createServer((req, res) => handleRequest(surface, req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const cookieOf = async (userId: string, sessionId: string) => {
    const jwt = await encode({ token: { sub: userId, sid: sessionId }, secret: sessionSecret(base) })
    return `${secureCookies(config) ? '__Secure-' : ''}next-auth.session-token=${jwt}`
  }
  const signIn = async ({ userId }: { userId: string }) => {
    const sessionId = await openSession(base, userId, 'password', { ip: '127.0.0.1', userAgent: 'test' })
    return { sessionId, cookie: await cookieOf(userId, sessionId) }
  }

  return {
    ...database,
    url,
    base,
    services,
    logged: () => lines.join(''),
    signIn,
    async person(role = 'user', options = {}) {
      const userId = v7()
      const email = `${userId}@berth.test`
      const passwordHash = options.password === undefined ? null : await hashPassword(options.password)
      await database.db.insert(users).values({ id: userId, email, role, passwordHash })
      const scopes = options.scopes ?? ['read', 'deploy', 'settings', 'admin']
      const made = await housekeepingTx(database.db, (tx) => insertApiToken(tx, { userId, name: 'test', scopes }))
      return { userId, email, ...(await signIn({ userId })), apiToken: made.token, tokenId: made.tokenId }
    },
    async call(procedure, input, { method = 'GET', cookie, token, headers = {} } = {}) {
      const json = JSON.stringify(input === undefined ? undefined : { json: input })
      const search = method === 'GET' && json !== undefined ? `?input=${encodeURIComponent(json)}` : ''
      const response = await fetch(`${url}/api/trpc/${procedure}${search}`, {
        method,
        headers: {
          ...(cookie && { cookie }),
          ...(token && { authorization: `Bearer ${token}` }),
          ...(method === 'POST' && { 'content-type': 'application/json', origin: config.publicUrl }),
          ...headers,
        },
        body: method === 'POST' ? (json ?? '{}') : undefined,
      })
      return answerOf(response.status, response.headers, await response.text())
    },
    async end() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await validator.stop()
      sessions.close()
      await events.close()
      await listener.close()
      await database.end()
    },
  }
}

function answerOf(status: number, headers: Headers, text: string): Answer {
  const body = (text.startsWith('{') ? JSON.parse(text) : {}) as {
    result?: { data: { json: unknown } }
    error?: {
      json: { message: string; data: { code: string; berth: { code: string; field?: string; action: string } } }
    }
  }
  const error = body.error ? { message: body.error.json.message, ...body.error.json.data } : null
  return { status, headers, data: body.result?.data.json, error, text }
}
