/** The engine contract, run against both droplet drivers of the local cloud. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { missingForHost } from '#local-cloud/host/requirements.ts'
import { BUILT_IN_IMAGES } from '#local-cloud/images/descriptor.ts'
import { engineContract } from './contract.ts'
import { startLocalDroplet } from './testing-local-droplet.ts'

const IMAGES = [BUILT_IN_IMAGES, path.resolve(import.meta.dirname, '../../fixtures/engine-probe')]

engineContract({
  name: 'the process driver',
  missing: null,
  start: async () => {
    const { createProcessDriver } = await import('#local-cloud/process/driver.ts')
    // Client, SSH server and engine are all this process.
    return await startLocalDroplet(createProcessDriver, IMAGES, () => [process.pid])
  },
})

engineContract({
  name: 'the host driver',
  missing: missingForHost(),
  start: async () => {
    const { createHostDriver } = await import('#local-cloud/host/driver.ts')
    return await startLocalDroplet(createHostDriver, IMAGES, (dataDir) => [process.pid, ...dropletServices(dataDir)])
  },
})

/** sshd, containerd and dockerd of the droplet: what serves a call, but not the containers themselves. */
function dropletServices(dataDir: string): number[] {
  const state = JSON.parse(readFileSync(path.join(dataDir, 'host/state.json'), 'utf8')) as { instance: string }
  const group = `berth-${state.instance}-1/system`
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(group)) return false
        return /^(sshd|dockerd|containerd)$/.test(readFileSync(`/proc/${pid}/comm`, 'utf8').trim())
      } catch {
        return false
      }
    })
}
