/** The `process` driver: no root, no Docker; every droplet is an SSH server of this process over a folder. */
import type { createServer } from 'node:http'
import path from 'node:path'
import { z } from 'zod'
import { readJson, writeJson } from '#local-cloud/atomic-file.ts'
import type { CreateDriver, DropletSpec } from '#local-cloud/driver.ts'
import { loadImages } from '#local-cloud/images/descriptor.ts'
import { buildImage } from '#local-cloud/registry/build.ts'
import { createRegistry } from '#local-cloud/registry/server.ts'
import { forgetFolder } from './disk.ts'
import { type Droplet, reapDroplet, startDroplet } from './droplet.ts'

const addressFile = z.object({ sshPort: z.int() })

export const createProcessDriver: CreateDriver = async ({ registryPort, imageDirs, log }) => {
  const images = imageDirs.flatMap((dir) => loadImages(dir))
  const registry = createRegistry(await Promise.all(images.map(buildImage)))
  await listen(registry, registryPort)
  const address = registry.address()
  const boundPort = typeof address === 'object' && address ? address.port : registryPort
  const running = new Map<number, Droplet>()

  async function start(spec: DropletSpec, dir: string) {
    const existing = running.get(spec.id)
    if (existing) return { ip: '127.0.0.1', sshPort: existing.sshPort }
    const file = path.join(dir, 'address.json')
    const before = addressFile.safeParse(readJson(file))
    const droplet = await startDroplet(spec, dir, before.data?.sshPort, (line) => log(`droplet ${spec.id}: ${line}`))
    running.set(spec.id, droplet)
    writeJson(file, { sshPort: droplet.sshPort })
    return { ip: '127.0.0.1', sshPort: droplet.sshPort }
  }

  async function off(id: number, signal: 'SIGTERM' | 'SIGKILL') {
    const droplet = running.get(id)
    running.delete(id)
    await droplet?.off(signal)
  }

  return {
    registry: `127.0.0.1:${boundPort}`,
    boot: start,
    restore: start,
    powerOn: start,
    shutdown: (id) => off(id, 'SIGTERM'),
    powerOff: (id) => off(id, 'SIGKILL'),
    async destroy(id, dir) {
      await off(id, 'SIGKILL')
      reapDroplet(dir)
      forgetFolder(dir)
    },
    stats: async (id) => (await running.get(id)?.stats()) ?? null,
    async close() {
      await Promise.all([...running.keys()].map((id) => off(id, 'SIGKILL')))
      registry.closeAllConnections()
      await new Promise((resolve) => registry.close(resolve))
    },
  }
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1' }, () => resolve())
  })
}
