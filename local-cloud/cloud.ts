/** Puts the local cloud together: driver, state, API server. */
import { mkdirSync, realpathSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createCloud } from './api/cloud.ts'
import { createApiServer } from './api/server.ts'
import { openStore } from './api/store.ts'
import { lockFolder } from './data-lock.ts'
import type { CreateDriver } from './driver.ts'
import { BUILT_IN_IMAGES } from './images/descriptor.ts'

export interface LocalCloudOptions {
  /** 0 takes any free one. */
  port: number
  registryPort: number
  driver: 'process' | 'host'
  dataDir: string
  /** Folders of further image descriptors. */
  imageDirs?: string[]
  bootDelayMs?: number
  log?: (line: string) => void
}

export interface LocalCloud {
  url: string
  /** `host:port` in image references. */
  registry: string
  close(): Promise<void>
}

const BOOT_DELAY_MS = 300
const ACTION_DELAY_MS = 200
/** DigitalOcean's own: https://docs.digitalocean.com/reference/api/reference/ (rate limit). */
const RATE_LIMIT_PER_HOUR = 5000

export async function startLocalCloud(o: LocalCloudOptions): Promise<LocalCloud> {
  const log = o.log ?? ((line) => process.stderr.write(`local-cloud: ${line}\n`))
  mkdirSync(o.dataDir, { recursive: true, mode: 0o700 })
  // Permission flags of containers compare real paths.
  const dataDir = realpathSync(o.dataDir)
  const unlock = lockFolder(dataDir)
  try {
    const store = openStore(dataDir)
    const createDriver = await loadDriver(o.driver)
    const imageDirs = [BUILT_IN_IMAGES, ...(o.imageDirs ?? [])]
    const driver = await createDriver({ dataDir, registryPort: o.registryPort, imageDirs, log })
    const settings = {
      bootDelayMs: o.bootDelayMs ?? BOOT_DELAY_MS,
      actionDelayMs: ACTION_DELAY_MS,
      rateLimitPerHour: RATE_LIMIT_PER_HOUR,
    }
    const cloud = createCloud({ store, driver, settings, dataDir, log })
    const server = createApiServer(cloud, log)
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen({ port: o.port, host: '127.0.0.1' }, () => resolve())
      })
    } catch (error) {
      await cloud.close()
      throw error
    }
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      registry: driver.registry,
      async close() {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
        await cloud.close()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

/** Loaded on demand: the host driver must not be read on machines that can't run it. */
async function loadDriver(name: 'process' | 'host'): Promise<CreateDriver> {
  if (name === 'host') return (await import('./host/driver.ts')).createHostDriver
  return (await import('./process/driver.ts')).createProcessDriver
}
