/** The reconciler beside a pretend cloud and pretend droplets, on a real database. */
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { droplets } from '#db/schema/fleet.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { CloudDroplet } from '#server/cloud/port.ts'
import {
  type FakeCloud,
  type FakePool,
  fakeCloud,
  fakePool,
  insertAccount,
  insertDeployment,
  insertDroplet,
  insertUser,
  testBase,
  withFleet,
} from '../testing.ts'
import type { Droplet, FleetBase } from '../types.ts'
import { type Reconciler, startReconciler } from './reconciler.ts'

export interface ReconcilerBench {
  database: TestDatabase
  base: FleetBase
  cloud: FakeCloud
  pool: FakePool
  owner: { userId: string; cloudAccountId: string }
  reconciler: Reconciler
  /** What time the reconciler takes it to be. */
  now: Date
}

/** To be called once a test file; what it returns is made anew for each test, but for the database. */
export function reconcilerBench() {
  // Filled before the first test.
  const bench = {} as ReconcilerBench
  beforeAll(async () => {
    bench.database = await testDatabase()
  })
  afterAll(() => bench.database.end())
  beforeEach(async () => {
    await bench.reconciler?.stop()
    await bench.base?.db.update(cloudAccounts).set({ forgottenAt: new Date() })
    const cloud = fakeCloud()
    const pool = fakePool()
    const base = withFleet(testBase(bench.database), { makeCloud: () => cloud, pool })
    const userId = await insertUser(base)
    const owner = { userId, cloudAccountId: await insertAccount(base, userId) }
    const reconciler = startReconciler(base, { periodMs: 3_600_000, now: () => bench.now })
    Object.assign(bench, { base, cloud, pool, owner, reconciler, now: new Date() })
  })
  afterAll(() => bench.reconciler.stop())
  return Object.assign(bench, {
    runOnce: () => bench.reconciler.runOnce(),
    addDroplet: (o: Parameters<typeof insertDroplet>[2]) => insertDroplet(bench.base, bench.owner, o),
    addDeployment: (o: Parameters<typeof insertDeployment>[2]) => insertDeployment(bench.base, bench.owner.userId, o),
    later(ms: number): void {
      bench.now = new Date(bench.now.getTime() + ms)
    },
    stateOf: async ({ id }: Droplet) =>
      (await bench.base.db.select({ state: droplets.state }).from(droplets).where(eq(droplets.id, id)))[0]?.state,
    /** One that the cloud lists. */
    inCloud(id: number, o: Partial<CloudDroplet> & { tags: string[] }): void {
      bench.cloud.droplets.push({
        ...{ id, name: `cloud-${id}`, status: 'active', region: 'fra1', size: 's-1vcpu-2gb' },
        ...{ publicIp: '192.0.2.1', sshPort: 22, createdAt: new Date(bench.now.getTime() - 3_600_000) },
        ...o,
      })
    },
    /** Tags as Berth gives them to a droplet of this attempt. */
    tagged: (attemptTag: string) => ['berth', `berth-${bench.base.installationId}`, attemptTag],
  })
}
