/** The gateway through the real engine client: SSH, dockerode and a droplet of the local cloud. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { TemplateConfig } from '#db/template-config.ts'
import { createEnginePool, type DropletTarget, type EnginePool } from '#server/engine/index.ts'
import { connectClient, type Deployed, gatewayStage, type Stage, type Station, textOf } from './testing.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const dataDir = mkdtempSync(path.join(os.tmpdir(), 'berth-gateway-'))
const dropletId = '01890000-0000-7000-8000-00000000d001'

let cloud: ChildProcess
let registry: string
let pool: EnginePool
let stage: Stage
let station: Station

beforeAll(async () => {
  cloud = spawn(
    process.execPath,
    [
      'local-cloud/main.ts',
      '--driver',
      'process',
      '--data',
      dataDir,
      '--port',
      '0',
      '--registry-port',
      '0',
      '--boot-delay-ms',
      '0',
      '--images',
      'fixtures/images',
    ],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  if (!cloud.stdout) throw new Error('no stdout')
  const [line] = (await once(createInterface({ input: cloud.stdout }), 'line')) as [string]
  const facts = JSON.parse(line.slice(line.indexOf('{'))) as { url: string; registry: string }
  registry = facts.registry
  const target = await makeDroplet(facts.url)
  pool = createEnginePool({ resolve: async () => target })
  stage = await gatewayStage()
  station = await stage.station({ engines: pool })
})
afterAll(async () => {
  await stage?.close()
  await pool?.close()
  cloud.kill('SIGTERM')
  await once(cloud, 'exit')
  rmSync(dataDir, { recursive: true, force: true })
})

async function makeDroplet(apiUrl: string): Promise<DropletTarget> {
  const ask = async (method: string, at: string, body?: object) => {
    const headers = { authorization: 'Bearer dop_v1_gateway', 'content-type': 'application/json' }
    const answer = await fetch(`${apiUrl}/v2${at}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    return (await answer.json()) as Record<string, unknown>
  }
  const [client, host] = [ssh2.utils.generateKeyPairSync('ed25519'), ssh2.utils.generateKeyPairSync('ed25519')]
  const { ssh_key } = await ask('POST', '/account/keys', { name: 'test', public_key: client.public })
  const keys = { ed25519_private: host.private, ed25519_public: host.public }
  const { droplet } = await ask('POST', '/droplets', {
    name: 'gateway',
    region: 'fra1',
    size: 's-1vcpu-1gb',
    image: 'debian-12-x64',
    ssh_keys: [(ssh_key as { id: number }).id],
    user_data: `#cloud-config\n${JSON.stringify({ ssh_keys: keys })}`,
  })
  const { id } = droplet as { id: number }
  const shown = await vi.waitFor(async () => {
    const now = (await ask('GET', `/droplets/${id}`)).droplet as {
      status: string
      tags: string[]
      networks: { v4: { type: string; ip_address: string }[] }
    }
    expect(now.status).toBe('active')
    return now
  }, 10_000)
  return {
    dropletId,
    host: shown.networks.v4.find((network) => network.type === 'public')?.ip_address ?? '',
    port: Number(shown.tags.find((tag) => tag.startsWith('ssh-port:'))?.slice('ssh-port:'.length)),
    username: 'root',
    privateKey: client.private,
    hostKeys: [host.public.trim()],
  }
}

async function run(repository: string, transport: TemplateConfig['transport']): Promise<Deployed> {
  const engine = await pool.engine(dropletId)
  const image = await engine.pull(`${registry}/${repository}:2026.8.31`)
  const name = path.basename(repository)
  const openStdin = transport.type === 'stdio'
  await engine.ensureNetwork(`net-${name}`, {})
  const container = await engine.ensureContainer({
    name,
    image: `${registry}/${repository}@${image.digest}`,
    labels: {},
    env: {},
    network: `net-${name}`,
    memoryBytes: 256 * 2 ** 20,
    cpuMillis: 500,
    pidsMax: 128,
    readOnlyRoot: true,
    volumes: [],
    openStdin,
    ...(!openStdin && { port: 3001 }),
  })
  await engine.startContainer(name)
  const started = await engine.container(name)
  return stage.register({
    dropletId,
    containerId: container.id,
    hostPort: started?.hostPorts[3001] ?? null,
    command: [...image.entrypoint, ...image.cmd],
    transport,
    era: null,
  })
}

const patience = () => ({ signal: new AbortController().signal, deadlineMs: 20_000 })

describe.each([
  { repository: 'mcp/everything', transport: { type: 'streamable-http', port: 3001, path: '/mcp' } as const },
  { repository: 'mcp/everything-stdio', transport: { type: 'stdio', shared: false } as const },
  { repository: 'test/everything-sse', transport: { type: 'sse', port: 3001, path: '/sse' } as const },
])('a container of $repository on a droplet', ({ repository, transport: spoken }) => {
  let deployed: Deployed
  beforeAll(async () => {
    deployed = await run(repository, spoken)
  })

  test('is proven healthy, then serves: tools, progress, sessions that end', async () => {
    const seen = await station.gateway.handshake(deployed.backend, patience())
    expect(seen).toMatchObject({ era: 'session', protocolVersion: '2025-11-25' })
    const { client, transport } = await connectClient(deployed.url, deployed.token)
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(seen.tools.map((tool) => tool.name))
    const steps: number[] = []
    const call = { name: 'trigger-long-running-operation', arguments: { duration: 0.1, steps: 3 } }
    await client.callTool(call, { onprogress: (p) => void steps.push(p.progress) })
    expect(steps).toEqual([1, 2, 3])
    await transport.terminateSession()
    await client.close()
    expect(station.gateway.stats().sessions).toBe(0)
  })

  test('a restart costs an idle client no session', async () => {
    const { client } = await connectClient(deployed.url, deployed.token)
    const echo = async (message: string) => textOf(await client.callTool({ name: 'echo', arguments: { message } }))
    expect(await echo('before')).toBe('Echo: before')
    const engine = await pool.engine(dropletId)
    const name = path.basename(repository)
    await engine.stopContainer(name, { graceSeconds: 1 })
    await engine.startContainer(name)
    const after = async () => expect(await echo('after')).toBe('Echo: after')
    // Streamable HTTP: not even the first call. Others: one that overtakes the news of its channel's end is told of it.
    await (spoken.type === 'streamable-http' ? after() : vi.waitFor(after, 10_000))
    await client.close()
  })

  test('10 clients at once leave nothing behind', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => connectClient(deployed.url, deployed.token)))
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(
        clients.map(({ client }, n) => client.callTool({ name: 'echo', arguments: { message: `${n}` } })),
      )
      expect(answers.map(textOf)).toEqual(clients.map((_, n) => `Echo: ${n}`))
    }
    await Promise.all(clients.map(({ client }) => client.close()))
    await station.gateway.drop(deployed.deploymentId)
    await vi.waitFor(() => expect(station.gateway.stats()).toEqual({ sessions: 0, openAnswers: 0 }))
  })
})
