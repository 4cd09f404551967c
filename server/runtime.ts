/**
 * The running parts of one process, made once and stopped in reverse:
 *
 *   database ─ migrations ─ installation ─ seed ─┬─ engine pool ─ fleet ─┬─ gateway ─┬─ services ─ bridge (web)
 *                                                └─ listener ─ event hub ┘           └─ workers (worker)
 *
 * All state of the server lives here, outside Next's bundle, which would otherwise make its own copies of it.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { connect } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { seedCatalogue } from '#db/seed/seed.ts'
import type { Services } from '#server/api/services.ts'
import { adoptFirstToken, createAuthEvents, forgetOldWindows } from '#server/auth/index.ts'
import { createBridge, RUNTIME } from '#server/bridge.ts'
import { createCloud } from '#server/cloud/index.ts'
import type { Config } from '#server/config.ts'
import type { Base } from '#server/context.ts'
import { createVault } from '#server/crypto/vault.ts'
import { createEventHub, deploymentsDeps, startDeployments } from '#server/deployments/index.ts'
import { startOutcomeSweep } from '#server/effectiveness/index.ts'
import { createEnginePool } from '#server/engine/index.ts'
import { type FirstRun, firstRun } from '#server/first-run.ts'
import { createFleet, type FleetBase, resolveTarget, startReconciler } from '#server/fleet/index.ts'
import { createGateway, type Gateway } from '#server/gateway/index.ts'
import { installationId } from '#server/installation.ts'
import { createListener, type Listener } from '#server/observability/listen.ts'
import type { Log } from '#server/observability/log.ts'
import type { Metrics } from '#server/observability/metrics.ts'
import { createCredentials, registryServices } from '#server/registry/index.ts'
import { startRounds } from '#server/rounds.ts'
import { startUpstreamSync } from '#server/templates/index.ts'
import {
  createValidationHub,
  createValidator,
  startValidationSchedule,
  validationDeps,
} from '#server/templates/validation/index.ts'
import { EVENTS_CHANNEL, housekeepingTx } from '#server/tx.ts'
import { startLiveness } from '#server/workflows/index.ts'

export interface Runtime {
  base: FleetBase
  services: Services
  gateway: Gateway
  firstRun: FirstRun | null
  stop(): Promise<void>
}

/** Background work that has not ended by then is taken up by the reconciler of the next process. */
const BACKGROUND_STOP_MS = 3000
/** Rate-limit windows that ended are swept this often. */
const SWEEP_INTERVAL_MS = 3_600_000

export interface RuntimeParts {
  config: Config
  log: Log
  metrics: Metrics
  /** Where other Berth processes reach this one; null when it listens on nothing. */
  internalUrl: string | null
}

export async function startRuntime(parts: RuntimeParts): Promise<Runtime> {
  const { log } = parts
  /** Newest first: what was made last may use what was made before it. */
  const stops: (() => void | Promise<void>)[] = []
  const onStop = (stop: () => void | Promise<void>) => void stops.unshift(stop)
  const stop = async () => {
    for (const next of stops.splice(0)) {
      try {
        await next()
      } catch (err) {
        log.warn({ err }, 'a part did not stop cleanly')
      }
    }
  }
  try {
    return { ...(await startParts(parts, onStop)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startParts(
  { config, log, metrics, internalUrl }: RuntimeParts,
  onStop: (stop: () => void | Promise<void>) => void,
): Promise<Omit<Runtime, 'stop'>> {
  await migrateDatabase(config.databaseUrl)
  const { db, end } = connect(config.databaseUrl)
  onStop(end)
  await housekeepingTx(db, (tx) => seedCatalogue(tx, config.demoRegistry))
  const plain: Base = {
    db,
    config,
    vault: createVault(config.masterKey),
    log,
    installationId: await installationId(db),
  }
  const pool = createEnginePool({ resolve: (dropletId) => resolveTarget(plain, dropletId) })
  onStop(() => pool.close())
  const makeCloud = (token: string) => createCloud({ apiUrl: config.digitalOcean.apiUrl, token })
  const fleet = createFleet({ makeCloud, pool, log })
  onStop(() => Promise.race([fleet.background.idle(), pause(BACKGROUND_STOP_MS, undefined, { ref: false })]))
  const base: FleetBase = { ...plain, fleet }

  const first = await firstRun(base)
  fleet.background.start('first-token', 'installation', () => adoptFirstToken(base))

  const listener = createListener(config.databaseUrl, log)
  onStop(() => listener.close())
  const events = await createEventHub({ db, listener, log })
  onStop(() => events.close())
  const sessions = await createAuthEvents({ db, listener, log })
  onStop(() => sessions.close())
  const validations = await createValidationHub(listener)
  onStop(() => validations.close())
  const workerId = randomUUID()
  const registries = registryServices(plain)
  const validator = createValidator({
    base,
    deps: validationDeps({ base, images: registries.images, engines: pool }),
    workerId,
  })
  onStop(() => validator.stop())
  const services: Services = { ...{ fleet, events, sessions, validations, validator }, ...registries }

  const gateway = createGateway({
    ...{ db, config, vault: plain.vault, log, workerId },
    engines: pool,
    metrics: metrics.gateway,
    changes: await deploymentChanges(listener),
  })
  onStop(() => gateway.close())
  const sweep = startRounds(() => forgetOldWindows(base), {
    everyMs: SWEEP_INTERVAL_MS,
    onError: (err) => log.warn({ err }, 'old rate-limit windows could not be swept'),
  })
  onStop(() => sweep.stop())

  if (config.role !== 'worker') {
    const target = globalThis as { [key: symbol]: unknown }
    target[RUNTIME] = createBridge(base, services)
    onStop(() => void delete target[RUNTIME])
  }
  if (config.role === 'web') {
    // Other processes pass requests on to the one that holds a container's sessions: its row says where it is.
    const liveness = await startLiveness({
      db,
      databaseUrl: config.databaseUrl,
      workerId,
      role: 'web',
      internalUrl,
      log,
    })
    onStop(() => liveness.stop())
  } else {
    const deps = deploymentsDeps({
      ...{ base, engines: pool, gateway },
      ensureValidated: (_, input, o) => validator.ensure(input, o),
      credentialsFor: createCredentials(base),
    })
    const deployments = await startDeployments({ base, deps, listener, workerId, internalUrl })
    onStop(() => deployments.stop())
    const schedule = startValidationSchedule({ base, validator, elected: () => deployments.elected('validations') })
    onStop(() => schedule.stop())
    const upstream = startUpstreamSync({ base, ask: services.ask, elected: () => deployments.elected('upstream') })
    onStop(() => upstream.stop())
    const outcomes = startOutcomeSweep({ base, elected: () => deployments.elected('outcomes') })
    onStop(() => outcomes.stop())
    const reconciler = startReconciler(base)
    onStop(() => reconciler.stop())
  }
  return { base, services, gateway, firstRun: first }
}

/** Every deployment that something happened to, for whoever keeps an answer open on its behalf. */
async function deploymentChanges(listener: Listener): Promise<(listen: (deploymentId: string) => void) => () => void> {
  const listening = new Set<(deploymentId: string) => void>()
  await listener.on(EVENTS_CHANNEL, (payload) => {
    const { d } = JSON.parse(payload) as { d: string }
    for (const listen of listening) listen(d)
  })
  return (listen) => {
    listening.add(listen)
    return () => void listening.delete(listen)
  }
}
