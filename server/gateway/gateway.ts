/**
 * The gateway: `/mcp/<deployment>` for agents, in front of a container that speaks streamable HTTP, stdio or HTTP+SSE.
 *
 *   agent ─▶ handle ─▶ readCredentials ─▶ grants.find ─▶ holder? ─▶ pipe (HTTP)    ─▶ engine.agentFor(port)
 *                        401/403           401/503         │          bridge (stdio) ─▶ engine.exec
 *                                                          │          bridge (SSE)   ─▶ engine.agentFor(port)
 *                                                           └▶ forward to the Berth process that holds the sessions
 *   saga  ─▶ handshake ──────────────────────────────────────▶ the same serve()
 *
 * It promises: a token opens its own deployment and nothing else, and stops doing so at the next call after it was
 * revoked; bodies of HTTP containers pass untouched; a session survives its container. It never stores a message, and
 * never shows a container the token that opened the door.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Db } from '#db/client.ts'
import type { Config } from '#server/config.ts'
import type { Vault } from '#server/crypto/vault.ts'
import type { EnginePool } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import type { Log } from '#server/observability/log.ts'
import { startRounds } from '#server/rounds.ts'
import { deploymentIn, readCredentials, refuseToken } from './admission.ts'
import { type BridgedLive, createBridge } from './bridge.ts'
import { createEndedIds } from './ended-ids.ts'
import { type Exchange, header } from './exchange.ts'
import { createForwarder, FORWARD_HEADER } from './forward.ts'
import { createGrants, type Lookup } from './grants.ts'
import { shakeHands } from './handshake.ts'
import { createHttpPipe } from './http-pipe.ts'
import type { HttpSession } from './http-session.ts'
import { createUpstream } from './http-upstream.ts'
import { isStatelessVersion, LAST_SESSION_VERSION, RPC, refuse } from './json-rpc.ts'
import { launchProcess } from './launch-process.ts'
import { createLeases } from './leases.ts'
import { DEFAULT_LIMITS, type GatewayLimits } from './limits.ts'
import { type GatewayMetrics, NO_METRICS } from './metrics.ts'
import { createOpenAnswers } from './open-answers.ts'
import type { Backend, Gateway } from './port.ts'
import { createSessionIds } from './session-ids.ts'
import { createSessionStore } from './sessions.ts'
import { openSseChannel } from './sse-channel.ts'

export interface GatewayDeps {
  db: Db
  engines: Pick<EnginePool, 'engine'>
  config: Pick<Config, 'publicUrl'>
  vault: Pick<Vault, 'derive' | 'open'>
  log: Log
  /** `executorID` of this boot: who holds leases. */
  workerId: string
  /** Clock in Unix milliseconds. */
  now?: () => number
  limits?: Partial<GatewayLimits>
  metrics?: GatewayMetrics
  /** Calls back with the id of each deployment that something happened to; so that streams end at once. */
  changes?: (listener: (deploymentId: string) => void) => () => void
}

/** What operators and tests look at. */
export interface GatewayStats {
  sessions: number
  openAnswers: number
}

export interface RunningGateway extends Gateway {
  stats(): GatewayStats
  /** Puts idle sessions away now; runs by itself as well. */
  sweep(): Promise<void>
}

interface About {
  deploymentId: string | null
}

/** A revoked token's open streams end within this where no change was heard of. */
const RECHECK_MS = 2000
const SWEEP_MS_MAX = 30_000
const TCP_KEEP_ALIVE_MS = 30_000
/** Between two looks at a container that is being checked. */
const WATCH_MS = 250

export function createGateway(deps: GatewayDeps): RunningGateway {
  const { log, engines, workerId } = deps
  const now = deps.now ?? Date.now
  const limits: GatewayLimits = { ...DEFAULT_LIMITS, ...deps.limits }
  const metrics = deps.metrics ?? NO_METRICS
  const ownOrigin = new URL(deps.config.publicUrl).origin
  const onError = (error: unknown) => log.error({ err: error }, 'gateway: background work failed')

  const ids = createSessionIds(deps.vault.derive('gateway-session'))
  const forwarder = createForwarder({ key: deps.vault.derive('gateway-forward'), now })
  const grants = createGrants({ db: deps.db, vault: deps.vault, engines, onError })
  const leases = createLeases({ db: deps.db, workerId, leaseMs: limits.leaseMs })
  const answers = createOpenAnswers()
  const ended = createEndedIds()
  const stdio = createSessionStore<BridgedLive>({ now, idleMs: limits.idleMs })
  const sse = createSessionStore<BridgedLive>({ now, idleMs: limits.idleMs })
  const http = createSessionStore<HttpSession>({ now, idleMs: limits.idleMs })
  const upstream = createUpstream({ engines, reconnectMs: limits.reconnectMs })
  const common = { ids, limits, now, ended }
  const processes = createBridge({
    ...common,
    store: stdio,
    launch: (backend) => launchProcess(backend, { engines, limits }),
    channelsMax: limits.processesMax,
  })
  const streams = createBridge({
    ...common,
    store: sse,
    launch: (backend) => openSseChannel(backend, { upstream, limits }),
    channelsMax: limits.streamsMax,
  })
  const servers = {
    stdio: processes,
    sse: streams,
    'streamable-http': createHttpPipe({ ...common, upstream, store: http }),
  }
  const stores = [stdio, sse, http]

  /** The one path that agents and the health check share. */
  function serve(x: Exchange): void {
    const { backend, era, protocolVersion } = x.grant
    // No server of event streams knows the stateless era: its transport is older.
    const sessionsOnly = era === 'session' || backend.transport.type === 'sse'
    if (sessionsOnly && isStatelessVersion(header(x.req, 'mcp-protocol-version'))) {
      // What tells a client of both eras to send `initialize`; asking some older servers would open a session there.
      const supported = [protocolVersion ?? LAST_SESSION_VERSION]
      const data = { supported, requested: header(x.req, 'mcp-protocol-version') }
      return void refuse(x.res, 400, RPC.unsupportedVersion, 'Unsupported protocol version: send initialize.', { data })
    }
    servers[backend.transport.type].serve(x).catch((error: unknown) => {
      x.grant.onError?.(error)
      if (x.res.destroyed) return
      log.error({ err: error, deploymentId: backend.deploymentId }, 'gateway: a request failed')
      refuse(x.res, 500, RPC.internal, 'Internal error.')
      if (!x.res.writableEnded) x.res.destroy()
    })
  }

  /** @param about learns the deployment once it is known to exist */
  async function admit(req: IncomingMessage, res: ServerResponse, about: About): Promise<void> {
    const forwarded = header(req, FORWARD_HEADER)
    const found = forwarded === undefined ? await findDirect(req, res) : await findForwarded(req, forwarded)
    if (!found) return forwarded === undefined ? undefined : refuseToken(res)
    if (found.kind === 'unknown') return refuseToken(res)
    about.deploymentId = deploymentIn(req.url)
    if (found.kind === 'not-serving') {
      const message = `This deployment is not serving now: it is ${found.state}.`
      return refuse(res, 503, RPC.server, message, { headers: { 'retry-after': '5' } })
    }
    // Its end was announced before anyone listened for it.
    if (res.destroyed) return
    const { grant } = found
    const x: Exchange = { req, res, grant }
    answers.add(grant.tokenId, grant.backend.deploymentId, res)
    if (!needsHolder(x)) return serve(x)
    const holder = await leases.hold(grant.backend.deploymentId)
    if (holder.mine) return serve(x)
    // A request is passed on once: two processes that each think the other is the holder can't make a loop.
    if (forwarded === undefined && holder.internalUrl !== null)
      return forwarder.forward(x, { workerId: holder.workerId, internalUrl: holder.internalUrl })
    const headers = { 'retry-after': '2' }
    refuse(res, 503, RPC.server, 'The sessions of this server move to another process.', { headers })
  }

  async function findDirect(req: IncomingMessage, res: ServerResponse): Promise<Lookup | null> {
    const credentials = readCredentials(req, res, { ownOrigin })
    return credentials && grants.find(credentials.deploymentId, { tokenHash: credentials.tokenHash })
  }

  async function findForwarded(req: IncomingMessage, value: string): Promise<Lookup | null> {
    const deploymentId = deploymentIn(req.url)
    const claim = deploymentId && forwarder.verify(value, { deploymentId, method: req.method ?? '', workerId })
    return claim ? grants.find(claim.deploymentId, { tokenId: claim.tokenId }) : null
  }

  /** Ends what belongs to tokens that are no longer good. */
  async function recheck(): Promise<void> {
    const live = stores
      .flatMap((store) => [...store.all()])
      .map((s) => s.tokenId)
      .filter((id) => UUID.test(id))
    const tokens = [...new Set([...answers.tokens(), ...live])]
    const good = await grants.stillGood(tokens)
    const revoked = new Set(tokens.filter((id) => !good.has(id)))
    if (revoked.size === 0) return
    answers.end((tokenId) => revoked.has(tokenId))
    await endSessions((s) => revoked.has(s.tokenId))
  }

  let rechecking: Promise<void> | null = null
  let again = false
  /** Events come in bursts: one look at a time, and one more after the last. */
  async function recheckSoon(): Promise<void> {
    again = true
    if (rechecking) return
    while (again) {
      again = false
      rechecking = recheck().catch(onError)
      await rechecking
    }
    rechecking = null
  }
  const sessions = (id?: string) => stores.reduce((sum, store) => sum + store.count(id), 0)
  const holds = (id: string) => sessions(id) > 0 || answers.has(id)

  const endSessions = async (condition: (s: { tokenId: string; deploymentId: string }) => boolean): Promise<void> => {
    await Promise.all(stores.map((store) => store.endWhere(condition)))
  }

  async function sweep(): Promise<void> {
    await Promise.all(stores.map((store) => store.sweep()))
    metrics.sessions({ stdio: stdio.count(), sse: sse.count(), http: http.count() })
  }

  async function renew(): Promise<void> {
    for (const deploymentId of await leases.renew(holds)) {
      log.warn({ deploymentId }, 'gateway: another process took the sessions over')
      await drop(deploymentId)
    }
  }

  async function drop(deploymentId: string): Promise<void> {
    const own = (_: string, id: string) => id === deploymentId
    await endSessions((s) => s.deploymentId === deploymentId)
    await processes.drop(deploymentId)
    answers.end(own)
  }

  async function exited(backend: Backend, signal: AbortSignal): Promise<string> {
    const engine = await engines.engine(backend.dropletId)
    for (;;) {
      const container = await engine.container(backend.containerId, { signal })
      if (!container) return "The server's container is gone."
      if (container.oomKilled) return 'The server used more memory than its template allows and was ended.'
      if (['exited', 'dead', 'restarting'].includes(container.state) || container.restartCount > 0)
        return `The server ended with code ${container.exitCode}.`
      await pause(WATCH_MS, undefined, { signal })
    }
  }

  const rounds = [
    startRounds(sweep, { everyMs: Math.min(limits.idleMs / 2, SWEEP_MS_MAX), onError }),
    startRounds(renew, { everyMs: limits.leaseMs / 4, onError }),
    startRounds(recheck, { everyMs: RECHECK_MS, onError }),
  ]
  const unsubscribe = deps.changes?.((deploymentId) => {
    if (holds(deploymentId)) void recheckSoon()
  })

  return {
    handle(req, res) {
      const startedAt = performance.now()
      const about: About = { deploymentId: null }
      res.socket?.setNoDelay(true)
      // A client that vanished without a word (a closed lid) is noticed, and its stream ends.
      res.socket?.setKeepAlive(true, TCP_KEEP_ALIVE_MS)
      res.once('close', () => {
        const seconds = (performance.now() - startedAt) / 1000
        metrics.request({ ...about, status: res.statusCode, seconds })
      })
      admit(req, res, about).catch((error: unknown) => {
        const known = error instanceof BerthError && error.code !== 'INTERNAL'
        if (!known) log.error({ err: error, ...about }, 'gateway: a request failed')
        const headers = { 'retry-after': '5' }
        refuse(res, known ? 503 : 500, RPC.internal, known ? error.message : 'Internal error.', { headers })
      })
    },
    handshake: (backend, o) =>
      shakeHands(backend, {
        ...o,
        serve,
        exited: (signal) => exited(backend, signal),
        cleanUp: (tokenId) => void endSessions((s) => s.tokenId === tokenId).catch(onError),
      }),
    drop,
    stats: () => ({ sessions: sessions(), openAnswers: answers.count }),
    sweep,
    async close() {
      for (const one of rounds) void one.stop()
      unsubscribe?.()
      answers.end(() => true)
      await endSessions(() => true)
      await processes.close()
      forwarder.close()
      await leases.close().catch(onError)
    },
  }
}

const UUID = /^[0-9a-f]{8}-/

/** Only what lives in one process needs its holder: not the stateless era over HTTP. */
const needsHolder = ({ req, grant }: Exchange): boolean =>
  grant.backend.transport.type === 'stdio' || !isStatelessVersion(header(req, 'mcp-protocol-version'))
