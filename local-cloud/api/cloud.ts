/**
 * The state behind the API and what happens to it over time: droplets boot, actions end, hidden ones appear.
 * One chain of work a droplet: a driver is never called twice at once for the same one.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { DropletAddress, DropletDriver, DropletSpec } from '#local-cloud/driver.ts'
import { addBilled } from './billing.ts'
import { sizeOf } from './catalog.ts'
import { createMetrics, type Metrics } from './metric-samples.ts'
import { type AccountRecord, type ActionRecord, type DropletRecord, seconds } from './records.ts'
import type { Store } from './store.ts'

export interface Settings {
  /** How long a new droplet stays `new` at least. */
  bootDelayMs: number
  /** How long an action stays `in-progress` at least. */
  actionDelayMs: number
  rateLimitPerHour: number
}

export interface Cloud {
  store: Store
  driver: DropletDriver
  settings: Settings
  metrics: Metrics
  /** Starts the first boot behind; the returned action belongs to it. */
  create(account: AccountRecord, droplet: DropletRecord): ActionRecord
  /** Runs an action behind; `work` may change the record. */
  act(
    account: AccountRecord,
    droplet: DropletRecord,
    type: string,
    work: (tools: ActionTools) => Promise<void>,
  ): ActionRecord
  remove(account: AccountRecord, droplet: DropletRecord): void
  visible(account: AccountRecord): DropletRecord[]
  close(): Promise<void>
}

export interface ActionTools {
  driver: DropletDriver
  spec: DropletSpec
  dir: string
  arrived(address: DropletAddress): void
}

const SSH_PORT_TAG = /^ssh-port:\d+$/

export function createCloud(o: {
  store: Store
  driver: DropletDriver
  settings: Settings
  dataDir: string
  log: (line: string) => void
}): Cloud {
  const { store, driver, settings } = o
  const chains = new Map<number, Promise<void>>()
  const gone = new Map<number, AbortController>()
  const closing = new AbortController()
  const metrics = createMetrics(driver, () =>
    [...store.accounts.values()].flatMap((a) => a.droplets.filter((d) => d.status === 'active').map((d) => d.id)),
  )
  const droplets = path.join(o.dataDir, 'droplets')
  const dirOf = (id: number) => path.join(droplets, String(id))

  /** Aborts when the droplet is deleted, so that nobody waits out the boot delay of what is gone. */
  function goneSignal(id: number): AbortSignal {
    const controller = gone.get(id) ?? new AbortController()
    gone.set(id, controller)
    return controller.signal
  }

  /** Appends to the droplet's chain. Work that fails is told to the log; the chain goes on. */
  function enqueue(id: number, work: () => Promise<void>): void {
    const next = (chains.get(id) ?? Promise.resolve()).then(work).catch((error: unknown) => {
      if (!closing.signal.aborted) o.log(`droplet ${id}: ${error instanceof Error ? error.message : error}`)
    })
    chains.set(id, next)
    void next.then(() => {
      if (chains.get(id) === next) chains.delete(id)
    })
  }

  function begin(account: AccountRecord, droplet: DropletRecord, type: string): ActionRecord {
    const action: ActionRecord = {
      id: store.nextId(),
      type,
      status: 'in-progress',
      startedAt: seconds(new Date()),
      completedAt: null,
      dropletId: droplet.id,
      region: droplet.region,
    }
    account.actions.push(action)
    return action
  }

  function finish(account: AccountRecord, action: ActionRecord, status: 'completed' | 'errored'): void {
    action.status = status
    action.completedAt = seconds(new Date())
    store.save(account)
  }

  function arrived(droplet: DropletRecord, address: DropletAddress): void {
    droplet.address = address
    droplet.tags = droplet.tags.filter((tag) => !SSH_PORT_TAG.test(tag))
    if (address.sshPort !== 22) droplet.tags.push(`ssh-port:${address.sshPort}`)
    droplet.status = 'active'
  }

  function boot(account: AccountRecord, droplet: DropletRecord, action: ActionRecord): void {
    enqueue(droplet.id, async () => {
      if (!account.droplets.includes(droplet)) return
      const dir = dirOf(droplet.id)
      // A boot that a crash cut short starts from nothing, as a new machine would.
      if (existsSync(dir)) await driver.destroy(droplet.id, dir)
      rmSync(dir, { recursive: true, force: true })
      mkdirSync(dir, { recursive: true })
      try {
        const signal = AbortSignal.any([closing.signal, goneSignal(droplet.id)])
        // Both are waited for, whatever becomes of the other: a driver is never closed in the middle of a boot.
        const [booted, waited] = await Promise.allSettled([
          driver.boot(specOf(droplet), dir),
          delay(settings.bootDelayMs, undefined, { signal }),
        ])
        if (booted.status === 'rejected') throw booted.reason
        if (waited.status === 'rejected' || droplet.stuck) return
        arrived(droplet, booted.value)
        droplet.locked = false
        finish(account, action, 'completed')
      } catch (error) {
        if (closing.signal.aborted) return
        droplet.locked = false
        finish(account, action, 'errored')
        throw error
      }
    })
  }

  function destroy(id: number): void {
    enqueue(id, async () => {
      await driver.destroy(id, dirOf(id))
      rmSync(dirOf(id), { recursive: true, force: true })
    })
  }

  /** Droplets whose deletion a crash cut short. */
  function destroyStrays(): void {
    const owned = new Set([...store.accounts.values()].flatMap((account) => account.droplets.map(({ id }) => id)))
    for (const name of existsSync(droplets) ? readdirSync(droplets) : [])
      if (!owned.has(Number(name))) destroy(Number(name))
  }

  function restoreAll(): void {
    for (const account of store.accounts.values())
      for (const droplet of account.droplets) {
        const open = account.actions.find((a) => a.dropletId === droplet.id && a.status === 'in-progress')
        if (droplet.status === 'new') {
          if (open && !droplet.stuck) boot(account, droplet, open)
          continue
        }
        // What an interrupted action had done is unknown; the client sees it fail and asks again.
        if (open) finish(account, open, 'errored')
        droplet.locked = false
        if (droplet.status !== 'active') continue
        enqueue(droplet.id, async () => {
          arrived(droplet, await driver.restore(specOf(droplet), dirOf(droplet.id)))
          store.save(account)
        })
      }
  }

  destroyStrays()
  restoreAll()
  return {
    store,
    driver,
    settings,
    metrics,
    create(account, droplet) {
      account.droplets.push(droplet)
      for (const tag of droplet.tags) if (!account.tags.includes(tag)) account.tags.push(tag)
      const action = begin(account, droplet, 'create')
      store.save(account)
      boot(account, droplet, action)
      return action
    },
    act(account, droplet, type, work) {
      droplet.locked = true
      const action = begin(account, droplet, type)
      store.save(account)
      enqueue(droplet.id, async () => {
        if (!account.droplets.includes(droplet)) return
        try {
          await delay(settings.actionDelayMs, undefined, { signal: closing.signal })
          await work({
            driver,
            spec: specOf(droplet),
            dir: dirOf(droplet.id),
            arrived: (address) => arrived(droplet, address),
          })
          droplet.locked = false
          finish(account, action, 'completed')
        } catch (error) {
          if (closing.signal.aborted) return
          droplet.locked = false
          finish(account, action, 'errored')
          throw error
        }
      })
      return action
    },
    remove(account, droplet) {
      account.droplets = account.droplets.filter((other) => other !== droplet)
      for (const firewall of account.firewalls)
        firewall.dropletIds = firewall.dropletIds.filter((id) => id !== droplet.id)
      addBilled(account, droplet, new Date())
      finish(account, begin(account, droplet, 'destroy'), 'completed')
      metrics.forget(droplet.id)
      gone.get(droplet.id)?.abort()
      gone.delete(droplet.id)
      destroy(droplet.id)
    },
    visible: (account) => account.droplets.filter((droplet) => droplet.hiddenUntilMs <= Date.now()),
    async close() {
      closing.abort()
      metrics.close()
      await Promise.all(chains.values())
      await driver.close()
    },
  }
}

export function specOf(droplet: DropletRecord): DropletSpec {
  const size = sizeOf(droplet.size)
  return {
    id: droplet.id,
    name: droplet.name,
    region: droplet.region,
    memoryBytes: (size?.memory ?? 1024) * 2 ** 20,
    vcpus: size?.vcpus ?? 1,
    diskBytes: droplet.diskGiB * 2 ** 30,
    userData: droplet.userData,
    authorizedKeys: droplet.authorizedKeys,
  }
}

export function newDroplet(
  id: number,
  given: Pick<
    DropletRecord,
    'name' | 'region' | 'size' | 'imageId' | 'tags' | 'features' | 'vpcUuid' | 'userData' | 'authorizedKeys'
  >,
): DropletRecord {
  return {
    ...given,
    id,
    status: 'new',
    locked: true,
    diskGiB: sizeOf(given.size)?.disk ?? 0,
    createdAt: seconds(new Date()),
    address: null,
    hiddenUntilMs: 0,
    stuck: false,
  }
}

export const newUuid = (): string => randomUUID()
