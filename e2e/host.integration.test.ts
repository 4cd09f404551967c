/** The main job on real parts: droplets with a real sshd and dockerd, images pulled from a real registry. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { missingForHost } from '#local-cloud/host/requirements.ts'
import { type DropletAccess, dropletAccess } from './droplet-access.ts'
import { type Instance, startInstance } from './instance.ts'
import type { DeploymentView } from './script-client.ts'

const missing = missingForHost()
const SLUGS = ['everything', 'everything-stdio', 'memory', 'filesystem', 'sequential-thinking']

describe.skipIf(missing !== null)(missing ? `on real droplets (${missing})` : 'on real droplets', () => {
  let instance: Instance
  let access: DropletAccess
  beforeAll(async () => {
    instance = await startInstance({ driver: 'host', bootDelayMs: 0 })
    access = dropletAccess(instance)
  })
  afterAll(async () => {
    await access?.close()
    await instance?.stop()
  })

  async function deploy(template: string): Promise<DeploymentView & { deploymentId: string }> {
    const { deploymentId } = await instance.client.mutate<{ deploymentId: string }>('deployments.create', { template })
    const view = await instance.client.waitFor(deploymentId, ['healthy', 'failed'], 90_000)
    expect(view.error).toBeNull()
    return { ...view, deploymentId }
  }

  async function toolsOf(view: DeploymentView & { deploymentId: string }): Promise<string[]> {
    const { deploymentId } = view
    const { token } = await instance.client.mutate<{ token: string }>('deployments.createToken', { deploymentId })
    const client = new Client({ name: 'host-test', version: '1' })
    const headers = { authorization: `Bearer ${token}` }
    await client.connect(new StreamableHTTPClientTransport(new URL(view.endpoint ?? ''), { requestInit: { headers } }))
    const { tools } = await client.listTools()
    await client.close()
    return tools.map((tool) => tool.name)
  }

  it('deploys each of the five servers, whose tools a client lists', async () => {
    for (const slug of SLUGS) {
      const view = await deploy(slug)
      expect([slug, (await toolsOf(view)).length > 0]).toEqual([slug, true])
    }
  }, 300_000)

  it('I1, I4: deleting leaves no container, network or volume on the droplet', async () => {
    const view = await deploy('memory')
    const engine = await access.pool.engine(view.dropletId ?? '')
    const label = `berth.deployment=${view.deploymentId}`
    expect(await engine.containers({ label })).toHaveLength(1)
    await instance.client.mutate('deployments.delete', { deploymentId: view.deploymentId })
    await instance.client.waitFor(view.deploymentId, ['deleted'])
    expect(await engine.containers({ label })).toEqual([])
    expect(await engine.networks({ label })).toEqual([])
    expect(await engine.volumes({ label })).toEqual([])
  }, 120_000)
})
