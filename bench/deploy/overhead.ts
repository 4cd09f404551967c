/**
 * What Berth adds to a deployment on a droplet that is there, with the image present: from the click to healthy,
 * against a floor that makes the same boxed container on the same droplet and shakes hands with it directly.
 * Also the whole time on a new droplet, with the part that is Berth's own (all but boot and engine).
 */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { eq } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import type { Engine } from '#server/engine/port.ts'
import { freePort } from '../../db/free-port.ts'
import { dropletAccess } from '../../e2e/droplet-access.ts'
import { type Instance, startInstance } from '../../e2e/instance.ts'
import { type Metric, percentile, timed } from '../measure.ts'

const ROUNDS = 12

async function berth(instance: Instance): Promise<{ ms: number; deploymentId: string }> {
  let deploymentId = ''
  const ms = await timed(async () => {
    ;({ deploymentId } = await instance.client.mutate<{ deploymentId: string }>('deployments.create', {
      template: 'everything',
    }))
    await instance.client.waitFor(deploymentId, ['healthy'])
  })
  return { ms, deploymentId }
}

async function remove(instance: Instance, deploymentId: string): Promise<void> {
  await instance.client.mutate('deployments.delete', { deploymentId })
  await instance.client.waitFor(deploymentId, ['deleted'])
}

/** The same container in the same box, and a handshake by an MCP client through the same SSH connection. */
async function floor(engine: Engine, image: string, round: number): Promise<number> {
  const name = `berth-floor-${round}`
  const labels = { 'berth.bench': 'floor' }
  const ms = await timed(async () => {
    await engine.ensureNetwork(name, labels)
    const { id } = await engine.ensureContainer({
      name,
      image,
      labels,
      env: {},
      network: name,
      memoryBytes: 256 * 2 ** 20,
      cpuMillis: 250,
      pidsMax: 256,
      readOnlyRoot: true,
      volumes: [],
      openStdin: false,
      port: 3001,
    })
    await engine.startContainer(id)
    const hostPort = (await engine.container(id))?.hostPorts[3001]
    if (!hostPort) throw new Error('the floor container has no port')
    await handshake(engine, hostPort)
  })
  await engine.removeContainer(name)
  await engine.removeNetwork(name)
  return ms
}

async function handshake(engine: Engine, hostPort: number): Promise<void> {
  const { createServer, request } = await import('node:http')
  const port = await freePort()
  const agent = engine.agentFor(hostPort)
  const bridge = createServer((req, res) => {
    const upstream = request({
      agent,
      method: req.method,
      path: req.url,
      headers: { ...req.headers, host: 'localhost' },
    })
    upstream.once('response', (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
    })
    upstream.once('error', () => res.destroy())
    req.pipe(upstream)
  }).listen(port, '127.0.0.1')
  try {
    for (;;) {
      const client = new Client({ name: 'floor', version: '1.0.0' })
      try {
        await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`)))
        await client.listTools()
        await client.close()
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
  } finally {
    bridge.closeAllConnections()
    bridge.close()
  }
}

export async function benchOverhead(o: { driver: 'process' | 'host' }): Promise<Record<string, Metric>> {
  const instance = await startInstance({ driver: o.driver })
  const { db, pool, close } = dropletAccess(instance)
  try {
    const first = await berth(instance)
    const [row] = await db.select().from(deployments).where(eq(deployments.id, first.deploymentId))
    const engine = await pool.engine(row?.dropletId ?? '')
    const [container] = await engine.containers({ label: `berth.deployment=${first.deploymentId}` })
    const mine: number[] = []
    const bare: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const { ms, deploymentId } = await berth(instance)
      mine.push(ms)
      await remove(instance, deploymentId)
      bare.push(await floor(engine, container?.image ?? '', round))
    }
    const [value, baseline] = [percentile(mine, 50), percentile(bare, 50)]
    return {
      overhead_ratio: { value: value / baseline, unit: 'ratio' },
      deploy_warm_p50: { value, unit: 'ms', baseline, ratio: value / baseline },
      deploy_new_droplet: { value: first.ms, unit: 'ms' },
    }
  } finally {
    await close()
    await instance.stop()
  }
}
