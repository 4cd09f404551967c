/** What the fleet's tests share: a `FleetBase` on a real database, and fakes of the two ports for faults. */
import { randomBytes } from 'node:crypto'
import ssh2 from 'ssh2'
import { v7 } from 'uuid'
import { users } from '#db/schema/auth.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { deployments } from '#db/schema/deployments.ts'
import { droplets } from '#db/schema/fleet.ts'
import type { DeploymentState } from '#db/schema/states.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { templateConfig } from '#db/template-config.ts'
import type { TestDatabase } from '#db/testing.ts'
import type { Cloud, CloudDroplet, CreateDroplet } from '#server/cloud/port.ts'
import { readConfig } from '#server/config.ts'
import type { Base, UserCtx } from '#server/context.ts'
import { createVault } from '#server/crypto/vault.ts'
import type { ContainerInfo, Engine, EngineInfo, EnginePool, NetworkInfo, VolumeInfo } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { createLog } from '#server/observability/log.ts'
import { createFleet } from './fleet.ts'
import { generateKeyPair } from './key-pair.ts'
import { attemptTagOf } from './names.ts'
import { sealClientKey, sealToken } from './secrets.ts'
import type { Droplet, FleetBase, FleetCtx, ProvisionInput } from './types.ts'

export const MIB = 2 ** 20
export const GIB = 2 ** 30

export function testBase(database: TestDatabase, o: { demo?: boolean } = {}): Base {
  const config = readConfig({
    DATABASE_URL: database.url,
    DIGITALOCEAN_API_URL: 'http://127.0.0.1:1',
    BERTH_MASTER_KEY: randomBytes(32).toString('base64'),
    BERTH_DEMO: o.demo ? '1' : '0',
  })
  return {
    db: database.db,
    config,
    vault: createVault(config.masterKey),
    log: createLog(process.env.LOG_LEVEL ?? 'silent'),
    installationId: randomBytes(5).toString('hex'),
  }
}

export const withFleet = (base: Base, parts: { makeCloud: (token: string) => Cloud; pool: EnginePool }): FleetBase => ({
  ...base,
  fleet: createFleet({ ...parts, log: base.log }),
})

export async function insertUser(base: Base): Promise<string> {
  const id = v7()
  await base.db.insert(users).values({ id, email: `${id}@berth.test` })
  return id
}

export const userCtx = (base: FleetBase, userId: string): FleetCtx => {
  const actor: UserCtx['actor'] = { kind: 'user', userId, role: 'user', sessionId: v7(), email: '', name: '' }
  return { ...base, actor, services: { fleet: base.fleet } }
}

export async function insertAccount(base: Base, userId: string, token = 'dop_v1_test'): Promise<string> {
  const id = v7()
  const key = generateKeyPair()
  await base.db.insert(cloudAccounts).values({
    id,
    userId,
    token: sealToken(base, id, token),
    accountUuid: v7(),
    email: 'cloud@berth.test',
    dropletLimit: 10,
    status: 'active',
    sshPublicKey: key.publicLine,
    sshPrivateKey: sealClientKey(base, id, key.privateKey),
  })
  return id
}

export async function insertDroplet(
  base: Base,
  owner: { userId: string; cloudAccountId: string },
  o: Partial<typeof droplets.$inferInsert> = {},
): Promise<Droplet> {
  const id = v7()
  const [row] = await base.db
    .insert(droplets)
    .values({
      id,
      ...owner,
      attemptTag: attemptTagOf(id),
      name: `berth-fra1-${id.slice(-6)}`,
      state: 'active',
      region: 'fra1',
      size: 's-1vcpu-2gb',
      vcpus: 1,
      memoryBytes: 2 * GIB,
      diskBytes: 50 * GIB,
      priceMonthlyMicros: 12_000_000,
      priceHourlyMicros: 17_860,
      hostKey: generateKeyPair().publicLine,
      hostKeyRotatedAt: new Date(),
      readyAt: new Date(),
      ...o,
    })
    .returning()
  if (!row) throw new Error('no row')
  return row
}

export async function insertDeployment(
  base: Base,
  userId: string,
  o: Partial<typeof deployments.$inferInsert> & { state: DeploymentState },
): Promise<string> {
  const config = templateConfig.parse({
    image: 'registry.test/server:1',
    transport: { type: 'stdio' },
    resources: { memoryBytes: 64 * MIB, cpuMillis: 100, diskBytes: 0 },
  })
  const [template] = await base.db
    .insert(toolCatalog)
    .values({ slug: v7(), displayName: 'T', description: '', category: 'c', mcpTemplateConfig: config })
    .returning()
  const templateId = template?.id ?? ''
  const [version] = await base.db.insert(templateVersions).values({ templateId, version: 1, config }).returning()
  const [row] = await base.db
    .insert(deployments)
    .values({
      userId,
      templateId,
      templateVersionId: version?.id ?? '',
      name: 'd',
      priority: 5,
      variables: base.vault.seal('{}', 'variables'),
      ...o,
    })
    .returning()
  return row?.id ?? ''
}

const unused = (name: string) => () => Promise.reject(new Error(`the test did not expect ${name}`))

export interface FakeCloud extends Cloud {
  droplets: CloudDroplet[]
  created: CreateDroplet[]
  deleted: number[]
  /** Thrown by the next call of a method. */
  failNext: Partial<Record<keyof Cloud, Error>>
}

/** DigitalOcean as far as the fleet's fault tests need it; the true one is tested against the local cloud. */
export function fakeCloud(o: Partial<Cloud> = {}): FakeCloud {
  let nextId = 1000
  const fake: FakeCloud = {
    droplets: [],
    created: [],
    deleted: [],
    failNext: {},
    account: async () => ({ uuid: v7(), email: 'cloud@berth.test', status: 'active', dropletLimit: 10 }),
    missingScopes: async () => [],
    sizes: async () => [
      {
        slug: 's-1vcpu-2gb',
        vcpus: 1,
        memoryBytes: 2 * GIB,
        diskBytes: 50 * GIB,
        priceMonthlyMicros: 12_000_000,
        priceHourlyMicros: 17_860,
        regions: ['fra1'],
        available: true,
        description: 'Basic',
      },
    ],
    regions: async () => [{ slug: 'fra1', name: 'Frankfurt 1', available: true, sizes: ['s-1vcpu-2gb'] }],
    ensureSshKey: async () => 1,
    ensureFirewall: async () => 'firewall-1',
    createDroplet: async (input) => {
      fake.created.push(input)
      const { name, region, size, tags } = input
      const made: CloudDroplet = {
        id: nextId++,
        name,
        status: 'active',
        region,
        size,
        tags,
        publicIp: '192.0.2.1',
        sshPort: 22,
        createdAt: new Date(),
      }
      fake.droplets.push(made)
      return made
    },
    getDroplet: async (id) => fake.droplets.find((d) => d.id === id) ?? null,
    listDroplets: async ({ tag }) => fake.droplets.filter((d) => d.tags.includes(tag)),
    deleteDroplet: async (id) => {
      fake.deleted.push(id)
      fake.droplets = fake.droplets.filter((d) => d.id !== id)
    },
    deleteSshKey: async () => {},
    deleteFirewall: async () => {},
    ...o,
  }
  const methods = Object.entries(fake).filter(([, value]) => typeof value === 'function')
  for (const [name, method] of methods)
    Object.assign(fake, {
      [name]: async (...args: unknown[]) => {
        const failure = fake.failNext[name as keyof Cloud]
        delete fake.failNext[name as keyof Cloud]
        if (failure) throw failure
        return (method as (...a: unknown[]) => unknown)(...args)
      },
    })
  return fake
}

function publicLineOf(privateKey: string): string {
  const key = ssh2.utils.parseKey(privateKey)
  if (key instanceof Error) throw key
  return `${key.type} ${key.getPublicSSH().toString('base64')}`
}

export interface FakePool extends EnginePool {
  commands: { dropletId: string; command: string }[]
  forgotten: string[]
  /** The host key that each droplet shows; `host-key-add` changes it as sshd would. */
  shown: Map<string, string>
  containers: ContainerInfo[]
  networks: NetworkInfo[]
  volumes: VolumeInfo[]
  removed: string[]
  reachable: boolean
}

export function fakePool(): FakePool {
  const unreachable = () => new BerthError('SSH_UNREACHABLE', 'The droplet does not answer.')
  const info: EngineInfo = { version: '29.0.0', lacks: [], memoryBytes: 2 * GIB, cpus: 1 }
  const engine: Partial<Engine> = {
    info: async () => info,
    container: async () => null,
    containers: async () => pool.containers,
    networks: async () => pool.networks,
    volumes: async () => pool.volumes,
    removeContainer: async (name) => void pool.removed.push(name),
    removeNetwork: async (name) => void pool.removed.push(name),
    removeVolume: async (name) => void pool.removed.push(name),
  }
  const pool: FakePool = {
    commands: [],
    forgotten: [],
    shown: new Map(),
    containers: [],
    networks: [],
    volumes: [],
    removed: [],
    reachable: true,
    async engine() {
      if (!pool.reachable) throw unreachable()
      return engine as Engine
    },
    async command(dropletId, command, options) {
      if (!pool.reachable) throw unreachable()
      pool.commands.push({ dropletId, command })
      if (command.endsWith('host-key-add')) pool.shown.set(dropletId, publicLineOf(options?.input ?? ''))
      return command.endsWith('bootstrap-status') ? '{"status":"done","detail":"Docker is up"}\n' : ''
    },
    provenHostKey: (dropletId) => pool.shown.get(dropletId) ?? null,
    probeHostKey: async (dropletId) => pool.shown.get(dropletId) ?? '',
    forget: (dropletId) => void pool.forgotten.push(dropletId),
    close: unused('close'),
  }
  return pool
}

/** A small deployment that wants a droplet of its own. */
export const provisionInput = (o: Partial<ProvisionInput> & { userId: string }): ProvisionInput => ({
  deploymentId: v7(),
  attempt: 1,
  size: 's-1vcpu-2gb',
  region: 'fra1',
  memoryBytes: 256 * MIB,
  cpuMillis: 250,
  diskBytes: GIB,
  signal: new AbortController().signal,
  ...o,
})
