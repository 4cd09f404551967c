/** The environment, read once. The only file that may touch `process.env`; a bad value names its variable. */
import { existsSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { z } from 'zod'

const port = z.coerce.number().int().min(0).max(65_535)
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
/** `Buffer.from` skips what is not base64, so a damaged key would pass as another one. */
const KEY_BASE64 = /^[A-Za-z0-9+/]{43}=?$/

/** Docker's official image, and the local cloud's own: each holds npm where it pleases. */
const NODE_RUNNER = {
  image: 'docker.io/library/node:24-slim',
  npmCli: '/usr/local/lib/node_modules/npm/bin/npm-cli.js',
}
const DEMO_RUNNER = { image: 'berth/runner-node:latest', npmCli: '/app/node_modules/npm/bin/npm-cli.js' }

const environment = z.object({
  PORT: port.default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: httpUrl.optional(),
  BERTH_DATA_DIR: z.string().min(1).default('.data'),
  DATABASE_URL: z
    .string({ error: 'is missing: run `npm start`, which starts the embedded Postgres, or give a postgres:// URL' })
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://'),
  DIGITALOCEAN_TOKEN: z.string().min(1).optional(),
  DIGITALOCEAN_API_URL: httpUrl.default('https://api.digitalocean.com'),
  BERTH_MASTER_KEY: z
    .string()
    .trim()
    .regex(KEY_BASE64, 'must be 32 bytes in base64: openssl rand -base64 32')
    .optional(),
  BERTH_ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  BERTH_METRICS_TOKEN: z.string().min(16).optional(),
  BERTH_DEMO: z.enum(['0', '1']).default('0'),
  BERTH_DEMO_REGISTRY: z
    .string()
    .regex(/^[a-z0-9.-]+:\d{1,5}$/, 'must be host:port')
    .optional(),
  BERTH_ALLOWED_HOSTS: z
    .string()
    .regex(/^[\w.\-[\]:]+(\s*,\s*[\w.\-[\]:]+)*$/, 'must be a list of host or host:port, with commas between')
    .optional(),
  BERTH_SIGNATURE_POLICY: z.enum(['off', 'warn', 'enforce']).default('warn'),
  BERTH_SIGNATURE_KEYS: z.string().min(1).optional(),
  BERTH_SIGSTORE_ROOT: z.string().min(1).optional(),
  TRIVY_PATH: z.string().min(1).optional(),
  TRIVY_SERVER_URL: httpUrl.optional(),
  TRIVY_FAIL_SEVERITY: z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'NEVER']).default('CRITICAL'),
  BERTH_NODE_RUNNER: z.string().min(1).optional(),
  BERTH_PYTHON_RUNNER: z.string().min(1).default('docker.io/library/python:3.13-slim'),
  BERTH_NPM_REGISTRY: httpUrl.default('https://registry.npmjs.org'),
  BERTH_PYPI_INDEX: httpUrl.default('https://pypi.org/simple'),
  BERTH_DEV: z.enum(['0', '1']).default('0'),
  GITHUB_CLIENT_ID: z.string().optional(),
  GITHUB_CLIENT_SECRET: z.string().optional(),
  DIGITALOCEAN_CLIENT_ID: z.string().optional(),
  DIGITALOCEAN_CLIENT_SECRET: z.string().optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})

export interface Config {
  port: number
  host: string
  publicUrl: string
  dataDir: string
  databaseUrl: string
  digitalOcean: { apiUrl: string; firstToken: string | null }
  masterKey: Buffer
  role: 'all' | 'web' | 'worker'
  metricsToken: string | null
  /** Loopback with the local cloud: demo accounts exist, every user gets a cloud account by itself. */
  demo: boolean
  /** `host:port` of the local cloud's image registry; null outside the demo. */
  demoRegistry: string | null
  /**
   * `host` or `host:port` in lower case that Berth may ask although they are not public: private registries. Everything
   * else that is not a public address is refused.
   */
  allowedHosts: string[]
  signatures: {
    policy: 'off' | 'warn' | 'enforce'
    /** PEM file with the public keys that may sign images; null: none. */
    keysFile: string | null
    /** Sigstore's trusted root: a file, `tuf` to fetch and cache it, null to check no Sigstore signature. */
    trustedRoot: string | null
  }
  /** Vulnerabilities are scanned by this binary, against this server when given; null: not scanned. */
  trivy: {
    path: string
    serverUrl: string | null
    failSeverity: 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL' | 'NEVER'
  } | null
  /** Images in which npm and PyPI packages are installed and run, and where these come from. */
  runners: {
    node: { image: string; npmCli: string; registryUrl: string }
    python: { image: string; indexUrl: string }
  }
  /** Next compiles pages as they are asked for. */
  dev: boolean
  oauth: {
    github: { clientId: string; clientSecret: string } | null
    digitalocean: { clientId: string; clientSecret: string } | null
  }
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
}

export class ConfigError extends Error {}

export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  // An empty variable is how shells and compose files say "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
    throw new ConfigError(lines.join('\n'))
  }
  const e = parsed.data
  const demo = e.BERTH_DEMO === '1'
  const publicUrl = (e.PUBLIC_URL ?? `http://${e.HOST === '127.0.0.1' ? 'localhost' : e.HOST}:${e.PORT}`).replace(
    /\/$/,
    '',
  )
  const dataDir = path.resolve(e.BERTH_DATA_DIR)
  if (demo)
    refuseUnlessLocal({
      HOST: e.HOST,
      PUBLIC_URL: new URL(publicUrl).hostname,
      DIGITALOCEAN_API_URL: new URL(e.DIGITALOCEAN_API_URL).hostname,
    })
  const registryUrl = e.BERTH_NPM_REGISTRY.replace(/\/+$/, '')
  return {
    port: e.PORT,
    host: e.HOST,
    publicUrl,
    dataDir,
    databaseUrl: e.DATABASE_URL,
    digitalOcean: { apiUrl: e.DIGITALOCEAN_API_URL.replace(/\/$/, ''), firstToken: e.DIGITALOCEAN_TOKEN ?? null },
    masterKey: masterKey(e.BERTH_MASTER_KEY, demo, dataDir),
    role: e.BERTH_ROLE,
    metricsToken: e.BERTH_METRICS_TOKEN ?? null,
    demo,
    demoRegistry: demo ? (e.BERTH_DEMO_REGISTRY ?? null) : null,
    allowedHosts: (e.BERTH_ALLOWED_HOSTS ?? '')
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter(Boolean),
    signatures: {
      policy: e.BERTH_SIGNATURE_POLICY,
      keysFile: e.BERTH_SIGNATURE_KEYS ?? null,
      trustedRoot: e.BERTH_SIGSTORE_ROOT ?? null,
    },
    trivy:
      e.TRIVY_PATH || e.TRIVY_SERVER_URL
        ? {
            path: e.TRIVY_PATH ?? 'trivy',
            serverUrl: e.TRIVY_SERVER_URL ?? null,
            failSeverity: e.TRIVY_FAIL_SEVERITY,
          }
        : null,
    runners: {
      node: { ...nodeRunner(e.BERTH_NODE_RUNNER, demo ? e.BERTH_DEMO_REGISTRY : undefined), registryUrl },
      python: { image: e.BERTH_PYTHON_RUNNER, indexUrl: e.BERTH_PYPI_INDEX },
    },
    dev: e.BERTH_DEV === '1',
    oauth: {
      github: oauthClient('GITHUB', e.GITHUB_CLIENT_ID, e.GITHUB_CLIENT_SECRET),
      digitalocean: oauthClient('DIGITALOCEAN', e.DIGITALOCEAN_CLIENT_ID, e.DIGITALOCEAN_CLIENT_SECRET),
    },
    logLevel: e.LOG_LEVEL,
  }
}

/** What the local cloud's engine pulls comes from its own registry. */
function nodeRunner(given: string | undefined, demoRegistry: string | undefined) {
  if (given || !demoRegistry) return { ...NODE_RUNNER, ...(given && { image: given }) }
  return { ...DEMO_RUNNER, image: `${demoRegistry}/${DEMO_RUNNER.image}` }
}

function oauthClient(provider: string, clientId: string | undefined, clientSecret: string | undefined) {
  if (clientId && clientSecret) return { clientId, clientSecret }
  if (!clientId && !clientSecret) return null
  const [given, missing] = clientId ? ['CLIENT_ID', 'CLIENT_SECRET'] : ['CLIENT_SECRET', 'CLIENT_ID']
  throw new ConfigError(`${provider}_${missing} is missing: ${provider}_${given} is set, and each needs the other`)
}

/** next-auth reads its own address from the environment and nowhere else. */
export function tellNextAuth(config: Config): void {
  process.env.NEXTAUTH_URL = config.publicUrl
}

/** R18: demo accounts only where nobody else can reach them. */
function refuseUnlessLocal(hosts: Record<string, string>): void {
  const own = new Set(Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((a) => a.address)))
  for (const [variable, host] of Object.entries(hosts)) {
    const bare = host.replace(/^\[|\]$/g, '')
    const local = bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare) || own.has(bare)
    if (!local)
      throw new ConfigError(
        `BERTH_DEMO is set, but ${variable} names ${host}, which is not this machine: unset BERTH_DEMO for a public installation`,
      )
  }
}

/** R11: no default key. The demo's is made by the start script under the data dir. */
function masterKey(given: string | undefined, demo: boolean, dataDir: string): Buffer {
  if (given) return Buffer.from(given, 'base64')
  const file = path.join(dataDir, 'master.key')
  if (demo && existsSync(file)) {
    const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
    if (key.length === 32) return key
    throw new ConfigError(`${file} is damaged: it must hold 32 bytes in base64; restore it from a backup`)
  }
  throw new ConfigError(
    'BERTH_MASTER_KEY is missing: give 32 bytes in base64 (openssl rand -base64 32) and keep them safe',
  )
}
