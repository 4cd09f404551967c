/**
 * Droplets that are network namespaces of this machine with their own sshd and dockerd.
 *
 *     createHostDriver ─┬─ openState      who we are, subnet, addresses
 *                       ├─ createBridge   what droplets are plugged into
 *                       ├─ startRegistry  docker-registry on the bridge, filled from images/
 *                       └─ startMachine   per droplet: control group, namespace, droplet.sh
 *
 * Promises: everything it makes on the machine is named with its instance (`berth-<instance>-…`, `bb<instance>`,
 * `bv<instance>…`); a start removes what an earlier life of the same instance left, and nothing else. Droplets end with
 * this process, but their folders hold all that a reboot needs. It never forwards or translates packets.
 */
import { mkdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import path from 'node:path'
import type { CreateDriver, DropletAddress, DropletSpec, DropletStats } from '#local-cloud/driver.ts'
import { loadMeter } from '#local-cloud/load.ts'
import { containerParent, groupUsage, listGroups, removeGroup } from './cgroups.ts'
import { groupName, type Machine, removeRemains, startMachine, writeMeminfo } from './machine.ts'
import {
  bridgeAddress,
  claimSubnet,
  createBridge,
  hostAddress,
  listNamespaces,
  removeBridge,
  subnetCidr,
} from './network.ts'
import { startRegistry } from './registry.ts'
import { requireHost } from './requirements.ts'
import { configureDocker, type SeedOptions, seedDroplet } from './seed.ts'
import { openState } from './state.ts'

/** How old a droplet's own view of its memory and load may be. */
const SAMPLE_MS = 5_000
type Load = ReturnType<typeof loadMeter>

export const createHostDriver: CreateDriver = async ({ dataDir, registryPort, imageDirs, log }) => {
  requireHost()
  const own = path.join(dataDir, 'host')
  mkdirSync(own, { recursive: true })
  const store = openState(own)
  const { instance } = store
  const claim = await claimSubnet(store.subnet)
  const { subnet } = claim
  const registry = await (async () => {
    store.keepSubnet(subnet)
    await removeLeftovers(instance)
    await createBridge(instance, subnet)
    const address = bridgeAddress(subnet)
    return await startRegistry({ dir: path.join(own, 'registry'), address, port: registryPort, imageDirs, log })
  })().catch(async (error: unknown) => {
    await removeBridge(instance)
    await claim.release()
    throw error
  })

  const machines = new Map<number, { machine: Machine; dir: string; load: Load }>()

  const seedOptions = (id: number): SeedOptions => ({
    insecureRegistries: [subnetCidr(subnet)],
    cgroupParent: containerParent(groupName(instance, id)),
    log,
  })

  async function turnOn(spec: DropletSpec, dir: string): Promise<DropletAddress> {
    const host = store.host(spec.id)
    const ip = hostAddress(subnet, host)
    if (machines.get(spec.id)?.machine.isOn()) return { ip, sshPort: 22 }
    const machine = await startMachine(spec, dir, { instance, subnet, host, log })
    machines.set(spec.id, { machine, dir, load: loadMeter() })
    return { ip, sshPort: 22 }
  }

  async function turnOff(id: number, how: 'shutdown' | 'powerOff'): Promise<void> {
    const entry = machines.get(id)
    machines.delete(id)
    if (entry?.machine.isOn()) await entry.machine[how]()
    else await removeRemains(instance, id)
  }

  const sampler = setInterval(() => {
    for (const { machine, dir, load } of machines.values()) {
      void groupUsage(machine.group).then((usage) => load.read(usage.userSeconds + usage.systemSeconds))
      writeMeminfo(machine.group, machine.spec, dir).catch((error: Error) => log(error.message))
    }
  }, SAMPLE_MS)
  sampler.unref()

  return {
    registry: `${bridgeAddress(subnet)}:${registry.port}`,

    async boot(spec, dir) {
      seedDroplet(spec, dir, seedOptions(spec.id))
      return await turnOn(spec, dir)
    },

    async restore(spec, dir) {
      configureDocker(dir, seedOptions(spec.id))
      return await turnOn(spec, dir)
    },

    async powerOn(spec, dir) {
      configureDocker(dir, seedOptions(spec.id))
      return await turnOn(spec, dir)
    },

    shutdown: (id) => turnOff(id, 'shutdown'),
    powerOff: (id) => turnOff(id, 'powerOff'),

    async destroy(id) {
      await turnOff(id, 'powerOff')
      store.release(id)
    },

    async stats(id) {
      const entry = machines.get(id)
      if (!entry?.machine.isOn()) return null
      return await readStats(entry.machine, entry.dir, entry.load)
    },

    async close() {
      clearInterval(sampler)
      await Promise.all([...machines.keys()].map((id) => turnOff(id, 'powerOff')))
      await registry.close()
      await removeBridge(instance)
      await claim.release()
    },
  }
}

/** What `kill -9` left of an earlier life: namespaces, groups, and the processes in them. */
async function removeLeftovers(instance: string): Promise<void> {
  for (const id of await listNamespaces(instance)) await removeRemains(instance, id)
  for (const group of listGroups(`berth-${instance}-`)) await removeGroup(group)
}

async function readStats(machine: Machine, dir: string, load: Load): Promise<DropletStats> {
  const { spec } = machine
  const [usage, disk] = await Promise.all([groupUsage(machine.group), statfs(dir)])
  const busy = usage.userSeconds + usage.systemSeconds
  const upSeconds = (Date.now() - machine.startedAt.getTime()) / 1000
  const free = Math.max(0, spec.memoryBytes - usage.memoryBytes)
  return {
    cpuSeconds: {
      user: usage.userSeconds,
      system: usage.systemSeconds,
      idle: Math.max(0, upSeconds * spec.vcpus - busy),
      iowait: 0,
    },
    memoryTotalBytes: spec.memoryBytes,
    memoryFreeBytes: free,
    memoryAvailableBytes: Math.min(spec.memoryBytes, free + usage.cacheBytes),
    memoryCachedBytes: usage.cacheBytes,
    ...load.read(busy),
    diskTotalBytes: spec.diskBytes,
    diskFreeBytes: Math.min(spec.diskBytes, disk.bavail * disk.bsize),
  }
}
