/**
 * A pretend fleet whose things are rows of a table, so that they outlive a killed process as real ones would. It counts
 * what was made twice and can be told to fail, and only stands in for ports: all else in these tests is the product.
 */
import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { and, eq, ne } from 'drizzle-orm'
import type { Sql } from '#db/client.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import type { Base } from '#server/context.ts'
import type { ContainerInfo, Engine, EnginePool, ImageInfo } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import type { Gateway } from '#server/gateway/port.ts'
import { choose, DEFAULT_PREFERENCES } from '#server/placement/index.ts'
import type { DeploymentsDeps, FleetPort } from './ports.ts'

export type Kind = 'container' | 'network' | 'volume' | 'image' | 'droplet'

export async function createWorld(sql: Sql): Promise<void> {
  await sql`create table if not exists world (
    kind text not null, name text not null, droplet text not null, labels jsonb not null, state text not null,
    port int, primary key (kind, name, droplet))`
  // Every creation that was not of something already there: more than one of a name is a broken I3.
  await sql`create table if not exists world_made (kind text not null, name text not null)`
}

export const things = async (sql: Sql, like = '%'): Promise<string[]> =>
  (
    await sql<{ thing: string }[]>`select kind || ' ' || name as thing from world
      where kind <> 'droplet' and name like ${like} order by 1`
  ).map((row) => row.thing)

export function worldDeps(
  base: Base,
  sql: Sql,
  o: { handshake?: (deploymentId: string) => Promise<void> } = {},
): DeploymentsDeps {
  return {
    fleet: worldFleet(base, sql),
    engines: worldEngines(sql),
    gateway: worldGateway(o.handshake),
    choose,
    ...lenient,
  }
}

/** No registry and no checks in this world. */
const lenient: Pick<DeploymentsDeps, 'ensureValidated' | 'credentialsFor'> = {
  ensureValidated: async () => ({ verdict: 'pass', failures: [] }),
  credentialsFor: async () => null,
}

function worldFleet(base: Base, sql: Sql): FleetPort {
  return {
    async snapshotFor(userId) {
      const rows = await base.db
        .select()
        .from(droplets)
        .where(and(eq(droplets.userId, userId), ne(droplets.state, 'deleted')))
      return {
        droplets: rows.map((d) => ({
          id: d.id,
          name: d.name,
          region: d.region,
          size: d.size,
          capacity: { memoryBytes: d.memoryBytes, cpuMillis: 4000, diskBytes: d.diskBytes },
          free: { memoryBytes: d.memoryBytes, cpuMillis: 4000, diskBytes: d.diskBytes },
          used: null,
          containers: 0,
          templates: {},
          exclusiveHeld: false,
          state: d.state === 'active' ? ('ok' as const) : ('unusable' as const),
          failures: 0,
          priceMonthlyMicros: d.priceMonthlyMicros,
        })),
        sizes: [
          {
            slug: 's-1',
            vcpus: 2,
            memoryBytes: 8 * 2 ** 30,
            diskBytes: 50 * 2 ** 30,
            priceMonthlyMicros: 6_000_000,
            regions: ['nyc3'],
          },
        ],
        regions: ['nyc3'],
        dropletsLeft: 5,
        demand: { memoryBytes: 0, cpuMillis: 0, diskBytes: 0, containers: 0, left: 0 },
        monthlyCostMicros: 0,
        latencyMs: {},
      }
    },
    preferencesFor: async () => DEFAULT_PREFERENCES,
    async reserve(tx, input) {
      const { deploymentId, attempt, dropletId, memoryBytes, cpuMillis, diskBytes } = input
      await tx
        .insert(reservations)
        .values({ deploymentId, attempt, dropletId, memoryBytes, cpuMillis, diskBytes })
        .onConflictDoNothing()
    },
    async release(tx, { deploymentId, attempt }) {
      await tx
        .delete(reservations)
        .where(and(eq(reservations.deploymentId, deploymentId), eq(reservations.attempt, attempt)))
    },
    async provisionDroplet(input) {
      throw new BerthError('CLOUD_UNAVAILABLE', `no clouds in this world (${input.deploymentId})`)
    },
    async undoProvision({ deploymentId, attempt }) {
      await sql`delete from reservations where deployment_id = ${deploymentId} and attempt = ${attempt}`
      return 'none'
    },
    async keepDroplet() {},
  }
}

function worldEngines(sql: Sql): EnginePool {
  return {
    engine: async (dropletId) => worldEngine(sql, dropletId),
    command: async () => '',
    provenHostKey: () => null,
    probeHostKey: async () => {
      throw new BerthError('SSH_UNREACHABLE', 'not in this world')
    },
    forget: () => {},
    close: async () => {},
  }
}

interface Row {
  name: string
  labels: Record<string, string>
  state: string
  port: number | null
}

function worldEngine(sql: Sql, droplet: string): Engine {
  const make = async (kind: Kind, name: string, labels: Record<string, string>, state = 'there') => {
    // One statement: the maker may be killed at any instant, and the count must not differ from the things.
    await sql`with made as (
        insert into world (kind, name, droplet, labels, state)
        values (${kind}, ${name}, ${droplet}, ${JSON.stringify(labels)}::jsonb, ${state})
        on conflict do nothing returning kind, name
      ) insert into world_made select kind, name from made`
  }
  const remove = async (kind: Kind, name: string) => {
    await sql`delete from world where kind = ${kind} and name = ${name} and droplet = ${droplet}`
  }
  const list = async (kind: Kind, label: string): Promise<Row[]> => {
    const [key = '', value = ''] = label.split('=')
    return sql<Row[]>`select name, labels, state, port from world
      where kind = ${kind} and droplet = ${droplet} and labels->>${key} = ${value} order by name`
  }
  const info = (row: Row): ContainerInfo => ({
    id: row.name,
    name: row.name,
    image: '',
    state: row.state as ContainerInfo['state'],
    exitCode: row.state === 'running' ? 0 : 1,
    oomKilled: false,
    createdAt: new Date(),
    startedAt: new Date(),
    restartCount: 0,
    labels: row.labels,
    hostPorts: row.port === null ? {} : { 3001: row.port },
  })
  const container = async (name: string): Promise<ContainerInfo | null> => {
    const [row] = await sql<Row[]>`select name, labels, state, port from world
      where kind = 'container' and name = ${name} and droplet = ${droplet}`
    return row ? info(row) : null
  }
  const image = async (reference: string): Promise<ImageInfo | null> => {
    const name = reference.split('@')[0] ?? reference
    const [row] = await sql<Row[]>`select name from world
      where kind = 'image' and droplet = ${droplet} and (name = ${name} or name like ${`${name}:%`} or name like ${`${name}@%`})`
    if (!row) return null
    return {
      id: row.name,
      digest: `sha256:${'a'.repeat(64)}`,
      sizeBytes: 2 ** 20,
      entrypoint: ['node'],
      cmd: ['server.js'],
      env: [],
      user: '',
    }
  }
  const unsupported = () => {
    throw new BerthError('ENGINE_REJECTED', 'not in this world')
  }
  return {
    info: async () => ({ version: 'world', lacks: [], memoryBytes: 2 ** 33, cpus: 2 }),
    image,
    async pull(reference, options) {
      options?.onProgress?.({ currentBytes: 1, totalBytes: 2, layersDone: 0, layersTotal: 1 })
      await make('image', reference, {})
      const pulled = await image(reference)
      if (!pulled) throw new Error('the image vanished')
      return pulled
    },
    async removeImage(reference) {
      await remove('image', reference)
    },
    ensureNetwork: (name, labels) => make('network', name, labels),
    removeNetwork: (name) => remove('network', name),
    ensureVolume: (name, labels) => make('volume', name, labels),
    removeVolume: (name) => remove('volume', name),
    async ensureContainer(spec) {
      await make('container', spec.name, spec.labels, 'created')
      await sql`update world set port = ${spec.port ? 40_000 : null}
        where kind = 'container' and name = ${spec.name} and droplet = ${droplet}`
      const made = await container(spec.name)
      if (!made) throw new Error('the container vanished')
      return made
    },
    async startContainer(name) {
      await sql`update world set state = 'running' where kind = 'container' and name = ${name} and droplet = ${droplet}`
    },
    async stopContainer(name) {
      await sql`update world set state = 'exited' where kind = 'container' and name = ${name} and droplet = ${droplet}`
    },
    removeContainer: (name) => remove('container', name),
    container,
    containers: async ({ label }) => (await list('container', label)).map(info),
    networks: async ({ label }) => (await list('network', label)).map((row) => ({ ...row, createdAt: new Date() })),
    volumes: async ({ label }) => (await list('volume', label)).map((row) => ({ ...row, createdAt: new Date() })),
    putFiles: async () => unsupported(),
    readFile: async () => unsupported(),
    async *logs() {
      yield { at: new Date(), stream: 'stderr' as const, text: 'the last line' }
    },
    stats: async () => unsupported(),
    exec: async () => unsupported(),
    attach: async () => unsupported(),
    agentFor: () => new Agent(),
  }
}

function worldGateway(handshake: (deploymentId: string) => Promise<void> = async () => {}): Gateway {
  return {
    handle: (_req, res) => void res.end(),
    async handshake(backend) {
      await handshake(backend.deploymentId)
      return {
        era: 'session',
        protocolVersion: '2025-11-25',
        serverInfo: { name: 'world', version: '1' },
        tools: [{ name: 'echo' }],
      }
    },
    drop: async () => {},
    close: async () => {},
  }
}

export const newWorkerId = (): string => `test-${randomUUID()}`
