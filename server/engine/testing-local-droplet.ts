/** One droplet of the local cloud, ready, with a driver of the test's choice. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CreateDriver } from '#local-cloud/driver.ts'
import { generateKeyPair } from '#server/fleet/key-pair.ts'
import { userData } from '#server/fleet/user-data.ts'
import { type ContractDroplet, DROPLET_ID, eventually } from './contract.ts'
import { createEnginePool } from './index.ts'
import type { DropletTarget } from './port.ts'
import { BOOTSTRAP_STATUS } from './remote-commands.ts'

export async function startLocalDroplet(
  createDriver: CreateDriver,
  imageDirs: string[],
  processes: (dataDir: string) => number[] = () => [],
): Promise<ContractDroplet> {
  const dataDir = mkdtempSync(path.join(realpathSync(tmpdir()), 'engine-contract-'))
  const log: string[] = []
  const driver = await createDriver({
    dataDir,
    registryPort: 0,
    imageDirs,
    log: (line) => log.push(line),
  })
  const [host, client] = [generateKeyPair(), generateKeyPair()]
  const dir = path.join(dataDir, 'droplet')
  mkdirSync(dir)
  const address = await driver.boot(
    {
      id: 1,
      name: 'contract',
      region: 'fra1',
      memoryBytes: 2 ** 30,
      vcpus: 1,
      diskBytes: 25 * 10 ** 9,
      userData: userData({ hostKeyPrivate: host.privateKey, hostKeyPublic: host.publicLine }),
      authorizedKeys: [client.publicLine],
    },
    dir,
  )
  const target: DropletTarget = {
    dropletId: DROPLET_ID,
    host: address.ip,
    port: address.sshPort,
    username: 'root',
    privateKey: client.privateKey,
    hostKeys: [host.publicLine],
  }
  await prepared(target, log)
  return {
    target,
    registry: driver.registry,
    openFiles: () =>
      processes(dataDir).reduce((sum, pid) => {
        try {
          return sum + readdirSync(`/proc/${pid}/fd`).length
        } catch {
          // An sshd or a shim that ended in between has none.
          return sum
        }
      }, 0),
    async stop() {
      await driver.destroy(1, dir)
      await driver.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function prepared(target: DropletTarget, log: string[]): Promise<void> {
  const pool = createEnginePool({ resolve: async () => target })
  try {
    const told = await eventually(
      async () => JSON.parse(await pool.command(DROPLET_ID, BOOTSTRAP_STATUS)) as { status: string },
      ({ status }) => status !== 'running',
    )
    if (told.status !== 'done') throw new Error(`the droplet is ${JSON.stringify(told)}: ${log.join('\n')}`)
  } finally {
    await pool.close()
  }
}
