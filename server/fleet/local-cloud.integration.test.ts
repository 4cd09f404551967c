/**
 * The fleet against the local cloud: real HTTP, real SSH, and, where this machine can, real sshd, real dockerd and the
 * scripts of `droplet-files/` as cloud-init would put them there.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { droplets } from '#db/schema/fleet.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import { createCloud } from '#server/cloud/index.ts'
import type { Base } from '#server/context.ts'
import { createEnginePool } from '#server/engine/index.ts'
import { PROC_STATS } from '#server/engine/remote-commands.ts'
import { BerthError } from '#server/errors.ts'
import { choose, DEFAULT_PREFERENCES } from '#server/placement/index.ts'
import { freePort } from '../../db/free-port.ts'
import { undoProvision } from './destroy.ts'
import { ensureDemoAccount, getCloudAccount, removeCloudAccount, setCloudAccount } from './index.ts'
import { deleteDroplet, listDroplets } from './inventory.ts'
import { provisionDroplet } from './provision.ts'
import { startReconciler } from './reconcile/reconciler.ts'
import { snapshotFor } from './snapshot.ts'
import { resolveTarget } from './targets.ts'
import { GIB, insertDeployment, insertUser, MIB, testBase, userCtx, withFleet } from './testing.ts'
import type { FleetBase, ProvisionInput } from './types.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
const hostAble =
  process.platform === 'linux' && process.getuid?.() === 0 && ['dockerd', 'sshd', 'docker-registry', 'ip'].every(has)

describe.each([
  { driver: 'process', able: true },
  // Skipped unless on Linux as root with docker.io, openssh-server and docker-registry installed.
  { driver: 'host', able: hostAble },
])('on the $driver driver', ({ driver, able }) => {
  describe.runIf(able)('of the local cloud', () => {
    let database: TestDatabase
    let plain: Base
    let base: FleetBase
    let dataDir: string
    let child: ChildProcess
    let apiUrl: string

    beforeAll(async () => {
      database = await testDatabase()
      dataDir = mkdtempSync(path.join(os.tmpdir(), 'berth-fleet-'))
      child = spawn(
        process.execPath,
        [
          ...['local-cloud/main.ts', '--driver', driver, '--data', dataDir, '--boot-delay-ms', '50'],
          ...['--port', '0', '--registry-port', String(await freePort())],
        ],
        { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
      )
      if (!child.stdout) throw new Error('no stdout')
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      const { value: line } = (await lines.next()) as IteratorResult<string, undefined>
      if (!line) throw new Error('the local cloud did not start; its reason is above')
      apiUrl = (JSON.parse(line.slice(line.indexOf('{'))) as { url: string }).url
      plain = testBase(database, { demo: true })
      const pool = createEnginePool({ resolve: (id) => resolveTarget(plain, id) })
      base = withFleet(plain, { makeCloud: (token) => createCloud({ apiUrl, token }), pool })
    })
    afterEach(() => base.fleet.background.idle())
    afterAll(async () => {
      await base?.fleet.pool.close()
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      await database.end()
      rmSync(dataDir, { recursive: true, force: true })
    })

    const input = (userId: string, o: Partial<ProvisionInput> = {}): ProvisionInput => ({
      userId,
      deploymentId: v7(),
      attempt: 1,
      size: 's-1vcpu-1gb',
      region: 'fra1',
      memoryBytes: 256 * MIB,
      cpuMillis: 250,
      diskBytes: GIB,
      signal: AbortSignal.timeout(60_000),
      ...o,
    })
    const cloudOf = async (userId: string) => {
      const account = await ensureDemoAccount(base, userId)
      const token = base.vault.open(account.token, `cloud-token:${account.id}`)
      return { account, cloud: createCloud({ apiUrl, token }) }
    }

    test('placement buys the cheapest size, provisioning makes it usable, and the next one fits on it', async () => {
      const userId = await insertUser(base)
      const wanted = { memoryBytes: 256 * MIB, cpuMillis: 250, diskBytes: GIB, preferences: DEFAULT_PREFERENCES }
      const first = choose(await snapshotFor(base, userId), wanted).choice
      if (first.kind !== 'create') throw new Error(`expected to buy, got ${first.kind}`)
      expect(first.size).toBe('s-1vcpu-1gb')
      const droplet = await provisionDroplet(base, input(userId, { size: first.size, region: first.region }))
      const second = choose(await snapshotFor(base, userId), wanted).choice
      expect(second).toEqual({ kind: 'existing', dropletId: droplet.id, name: droplet.name })
      const [view] = await listDroplets(userCtx(base, userId))
      expect(view).toMatchObject({ id: droplet.id, state: 'active', publicIp: droplet.publicIp })
    })

    test('the first host key is replaced over the real connection, and what was open stays usable', async () => {
      const userId = await insertUser(base)
      const droplet = await provisionDroplet(base, input(userId))
      const engine = await base.fleet.pool.engine(droplet.id)
      await base.fleet.background.idle()
      const [row] = await base.db.select().from(droplets).where(eq(droplets.id, droplet.id))
      expect(row?.hostKeyRotatedAt).toBeInstanceOf(Date)
      expect(row?.hostKey).not.toBe(droplet.hostKey)
      // sshd refuses connections for a moment while it re-reads its settings.
      const shown = () => base.fleet.pool.probeHostKey(droplet.id).catch(() => null)
      await expect.poll(shown, { timeout: 10_000 }).toBe(row?.hostKey)
      expect((await engine.info()).version).toBe(droplet.engineVersion)
      // The key of the user data is refused from now on.
      const first = createEnginePool({
        resolve: async (id) => ({ ...(await resolveTarget(base, id)), hostKeys: [droplet.hostKey] }),
      })
      await expect(first.engine(droplet.id)).rejects.toMatchObject({ code: 'SSH_HOST_KEY_MISMATCH' })
      await first.close()
    })

    test('the droplet tells its own load', async () => {
      const userId = await insertUser(base)
      const droplet = await provisionDroplet(base, input(userId))
      const said = JSON.parse(await base.fleet.pool.command(droplet.id, PROC_STATS)) as Record<string, number>
      expect(said.memTotalBytes).toBeGreaterThan(100 * MIB)
      expect(said.cpus).toBeGreaterThan(0)
    })

    test('I4: an undone droplet is gone from the cloud', async () => {
      const userId = await insertUser(base)
      const request = input(userId)
      await provisionDroplet(base, request)
      await base.fleet.background.idle()
      expect(await undoProvision(base, request)).toBe('deleted')
      const { cloud } = await cloudOf(userId)
      expect(await cloud.listDroplets({ tag: `berth-${base.installationId}` })).toEqual([])
    })

    test('a droplet in use is not deleted; an unused one is, and then the account may be removed', async () => {
      const userId = await insertUser(base)
      const ctx = userCtx(base, userId)
      const deploymentId = await insertDeployment(base, userId, { state: 'deploying' })
      const droplet = await provisionDroplet(base, input(userId, { deploymentId }))
      await base.fleet.background.idle()
      await expect(deleteDroplet(ctx, { dropletId: droplet.id })).rejects.toMatchObject({ code: 'DROPLET_IN_USE' })
      await expect(removeCloudAccount(ctx)).rejects.toMatchObject({ code: 'CLOUD_ACCOUNT_IN_USE' })
      const { account, cloud } = await cloudOf(userId)
      await undoProvision(base, { deploymentId, attempt: 1 })
      await removeCloudAccount(ctx)
      const [left] = await base.db.select().from(cloudAccounts).where(eq(cloudAccounts.id, account.id))
      expect(left).toMatchObject({ sshKeyProviderId: null, firewallProviderId: null })
      expect(left?.forgottenAt).toBeInstanceOf(Date)
      expect(await cloud.listDroplets({ tag: 'berth' })).toEqual([])
      expect(await getCloudAccount(ctx)).toBeNull()
    })

    test('I3: a twin that shows up late is gone after the next pass', async () => {
      const userId = await insertUser(base)
      const droplet = await provisionDroplet(base, input(userId))
      await base.fleet.background.idle()
      const { account, cloud } = await cloudOf(userId)
      const tags = ['berth', `berth-${base.installationId}`, droplet.attemptTag]
      // Made behind the client's back, which would have found the first by its tag.
      const answer = await fetch(`${apiUrl}/v2/droplets`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${base.vault.open(account.token, `cloud-token:${account.id}`)}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ name: 'twin', region: 'fra1', size: 's-1vcpu-1gb', image: 'ubuntu-24-04-x64', tags }),
      })
      expect(answer.status).toBe(202)
      const reconciler = startReconciler(base, { periodMs: 3_600_000 })
      await reconciler.runOnce()
      await reconciler.stop()
      expect(reconciler.status().problems).toEqual([])
      expect((await cloud.listDroplets({ tag: droplet.attemptTag })).map((d) => d.id)).toEqual([droplet.providerId])
    })

    test('a token is checked before it is kept', async () => {
      const ctx = userCtx(base, await insertUser(base))
      await expect(setCloudAccount(ctx, { token: 'with a\nline break' })).rejects.toMatchObject({
        code: 'CLOUD_TOKEN_INVALID',
      })
      const view = await setCloudAccount(ctx, { token: `dop_v1_${'b'.repeat(64)}` })
      expect(view).toMatchObject({ status: 'active', droplets: 0 })
      expect(JSON.stringify(view)).not.toContain('dop_v1')
    })

    test('another account is refused while the first has droplets; the same one keeps its SSH key', async () => {
      const userId = await insertUser(base)
      const ctx = userCtx(base, userId)
      const token = `dop_v1_${v7().replaceAll('-', '').repeat(2)}`
      await setCloudAccount(ctx, { token })
      await provisionDroplet(base, input(userId))
      const keyOf = async () =>
        (await base.db.select().from(cloudAccounts).where(eq(cloudAccounts.userId, userId)))[0]?.sshPublicKey
      const before = await keyOf()
      await setCloudAccount(ctx, { token })
      expect(await keyOf()).toBe(before)
      const other = setCloudAccount(ctx, { token: `dop_v1_${'c'.repeat(64)}` })
      await expect(other).rejects.toBeInstanceOf(BerthError)
      await expect(other).rejects.toMatchObject({ code: 'CLOUD_ACCOUNT_IN_USE' })
    })
  })
})
