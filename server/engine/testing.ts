/** What the tests of this folder share: a droplet with a pool over it, and a Docker Engine that records. */
import type { RequestListener, ServerResponse } from 'node:http'
import { afterEach, expect, vi } from 'vitest'
import { BerthError } from '#server/errors.ts'
import { createEnginePool, type EnginePoolOptions } from './pool.ts'
import type { ContainerSpec, EnginePool } from './port.ts'
import { newKeyPair, startTestDroplet, type TestDroplet, type TestDropletOptions } from './testing-droplet.ts'

/** A busy machine makes these slow, not wrong. */
vi.setConfig({ testTimeout: 30_000 })
export const PATIENT = { timeout: 10_000 }

export const hostKey = newKeyPair()
export const clientKey = newKeyPair()
const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
/** Runs after the test that calls it, last first. */
export const atEnd = (end: () => Promise<void>): void => void ends.push(end)

export async function setUp(
  options: Partial<TestDropletOptions> = {},
  poolOptions: (droplet: TestDroplet) => Partial<EnginePoolOptions> = () => ({}),
): Promise<{ droplet: TestDroplet; pool: EnginePool }> {
  const droplet = await startTestDroplet({ hostKey, clientKey, ...options })
  const pool = createEnginePool({ resolve: async () => droplet.target(), ...poolOptions(droplet) })
  ends.push(
    () => droplet.close(),
    () => pool.close(),
  )
  return { droplet, pool }
}

export const failure = async (promise: Promise<unknown>): Promise<BerthError> => {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(BerthError)
  return error as BerthError
}

export const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
export const infoOnly: RequestListener = (_, response) =>
  json(response, 200, { ServerVersion: '27.5', MemTotal: 1024, NCPU: 2, Berth: { Lacks: ['seccomp'] } })

export const spec: ContainerSpec = {
  name: 'berth-1-1',
  image: `127.0.0.1:4001/mcp/everything@sha256:${'a'.repeat(64)}`,
  labels: { 'berth.deployment': '1' },
  env: { KEY: 'value' },
  cmd: ['--port', '3001'],
  network: 'berth-1-1',
  memoryBytes: 256 * 2 ** 20,
  cpuMillis: 500,
  pidsMax: 128,
  readOnlyRoot: true,
  volumes: [{ name: 'berth-1-data', path: '/data' }],
  openStdin: false,
  port: 3001,
}

/** A Docker Engine that makes containers and records what it was asked. */
export function recordingDocker() {
  const created: { url: string; body: Record<string, unknown> }[] = []
  const urls: string[] = []
  let labels: Record<string, string> = spec.labels
  const listener: RequestListener = (request, response) => {
    urls.push(request.url ?? '')
    let text = ''
    request.on('data', (chunk: Buffer) => {
      text += chunk
    })
    request.on('end', () => {
      if (request.url?.startsWith('/containers/create')) {
        if (created.length > 0) return json(response, 409, { message: 'Conflict. The container name is in use.' })
        created.push({ url: request.url, body: JSON.parse(text) })
        return json(response, 201, { Id: 'f'.repeat(64) })
      }
      json(response, 200, {
        Id: 'f'.repeat(64),
        Name: '/berth-1-1',
        RestartCount: 0,
        State: { Status: 'created', ExitCode: 0, OOMKilled: false, StartedAt: '0001-01-01T00:00:00Z' },
        Config: { Image: spec.image, Labels: labels },
        NetworkSettings: { Ports: { '3001/tcp': [{ HostIp: '127.0.0.1', HostPort: '32768' }] } },
      })
    })
  }
  return {
    listener,
    created,
    urls,
    setLabels(value: Record<string, string>) {
      labels = value
    },
  }
}

export const frame = (stream: 1 | 2, text: string) => {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}
