/**
 * The process. Listens first, so that a port in use is told at once and health says `starting`; then builds the
 * runtime and the pages; then prints one line of JSON on stdout: `{"url": …}`. Logs go to stderr.
 *
 * Stops on SIGTERM and SIGINT, and with `--supervised` when stdin closes (the parent is gone): health says `stopping`,
 * everything else is refused, streams cut (their clients come back to whoever answers next), requests under way finished, leases released, pools
 * closed; all of it within `STOP_TIMEOUT_MS`.
 */
import { type Config, ConfigError, readConfig, tellNextAuth } from '#server/config.ts'
import { ListenError, listen } from '#server/http/listen.ts'
import { preparePages } from '#server/http/pages.ts'
import { handleRequest, type Ready } from '#server/http/router.ts'
import { createHealth, type Phase } from '#server/observability/health.ts'
import { createLog, type Log } from '#server/observability/log.ts'
import { createMetrics } from '#server/observability/metrics.ts'
import { type Runtime, startRuntime } from '#server/runtime.ts'

/** Below the 20 s that `npm start` waits before it kills. */
const STOP_TIMEOUT_MS = 15_000

/** stdout holds the one line that a parent waits for; whatever Next says of itself goes with the logs. */
const sayReady = process.stdout.write.bind(process.stdout)
process.stdout.write = process.stderr.write.bind(process.stderr)

const flags = new Set(process.argv.slice(2))
let phase: Phase = 'starting'
let ready: Ready | null = null

async function main(config: Config, log: Log): Promise<void> {
  const health = createHealth()
  const metrics = createMetrics()
  const surface = { config, log, health, metrics, phase: () => phase, ready: () => ready }
  const off = config.role === 'worker' && config.port === 0
  const server = off ? null : await listen(config, (req, res) => handleRequest(surface, req, res))

  let runtime: Runtime | null = null
  const stop = (reason: string) => {
    if (phase === 'stopping') return
    phase = 'stopping'
    log.info({ reason }, 'stopping')
    setTimeout(() => {
      log.error('stopping took too long; ending now')
      process.exit(1)
    }, STOP_TIMEOUT_MS).unref()
    void (async () => {
      await server?.drain()
      await runtime?.stop()
      await server?.stop()
      process.exit(0)
    })()
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))
  if (flags.has('--supervised')) process.stdin.on('end', () => stop('the parent ended')).resume()

  const pages = config.role === 'worker' ? null : preparePages(config)
  // Awaited below; without a handler an early failure would count as unhandled.
  pages?.catch(() => {})
  const internalUrl = config.role === 'worker' ? null : (server?.url ?? null)
  runtime = await startRuntime({ config, log, metrics, internalUrl }).catch(nameTheDatabase)
  const { base, services, gateway } = runtime
  ready = { base, services, gateway, pages: await pages }
  if (phase === 'starting') phase = 'ready'
  sayReady(`${JSON.stringify({ url: config.publicUrl })}\n`)
  log.info({ url: config.publicUrl, role: config.role }, 'ready')
}

/** What a driver or Postgres says of an address or of credentials that are not right. */
const NO_CONNECTION =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|CONNECT_TIMEOUT|28\d{3}|3D000)$/

/** The database is all that a start connects to; its URL is not repeated, because it holds a password. */
function nameTheDatabase(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!NO_CONNECTION.test(code)) throw error
  throw new ConfigError(`DATABASE_URL names a database that can't be used (${code}): check the URL and that it runs`)
}

/** What a person can act on is one sentence; anything else is ours and comes with its stack. */
function refuse(error: unknown): never {
  const known = error instanceof ConfigError || error instanceof ListenError
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
}

try {
  const read = readConfig()
  const config: Config = { ...read, dev: read.dev || flags.has('--dev') }
  tellNextAuth(config)
  const log = createLog(config.logLevel)
  const fatal = (err: unknown) => {
    log.fatal({ err }, 'something was thrown where nothing catches; ending, so that a fresh process takes over')
    process.exit(1)
  }
  process.on('uncaughtException', fatal)
  process.on('unhandledRejection', fatal)
  await main(config, log)
} catch (error) {
  refuse(error)
}
