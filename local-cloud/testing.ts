/** A local cloud of its own for a test: free ports, a temporary folder, no delays; all of it gone at the end. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from './cloud.ts'

export interface TestCloud {
  url: string
  registry: string
  dataDir: string
  /** What the local cloud logged. */
  lines: string[]
  /** Stops it and starts it again over the same folder and ports. */
  restart(): Promise<void>
  end(): Promise<void>
}

export async function testCloud(options: Partial<LocalCloudOptions> = {}): Promise<TestCloud> {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(realpathSync(tmpdir()), 'local-cloud-'))
  const lines: string[] = []
  const start = (ports: { port: number; registryPort: number }) =>
    startLocalCloud({
      driver: 'process',
      bootDelayMs: 0,
      log: (line) => lines.push(line),
      ...options,
      dataDir,
      ...ports,
    })
  let cloud: LocalCloud = await start({ port: options.port ?? 0, registryPort: options.registryPort ?? 0 })
  const portOf = (address: string) => Number(address.split(':').at(-1))
  return {
    url: cloud.url,
    registry: cloud.registry,
    dataDir,
    lines,
    async restart() {
      await cloud.close()
      cloud = await start({ port: portOf(cloud.url), registryPort: portOf(cloud.registry) })
    },
    async end() {
      await cloud.close()
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
