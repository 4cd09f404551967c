import { eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { describe, expect, test } from 'vitest'
import { auditLog } from '#db/schema/auth.ts'
import { deployments } from '#db/schema/deployments.ts'
import { droplets } from '#db/schema/fleet.ts'
import { reconcilerBench } from './testing.ts'

const bench = reconcilerBench()
const { runOnce, addDroplet, addDeployment, later, stateOf, inCloud, tagged } = bench

describe('on droplets', () => {
  const withDroplet = async () => {
    const droplet = await addDroplet({ providerId: 30 })
    inCloud(30, { tags: tagged(droplet.attemptTag) })
    return droplet
  }
  const labels = (deploymentId: string, attempt: number) => ({
    'berth.installation': bench.base.installationId,
    'berth.deployment': deploymentId,
    'berth.attempt': String(attempt),
  })
  const container = (name: string, deploymentId: string, attempt: number) => ({
    id: name,
    name,
    image: 'i',
    state: 'running' as const,
    exitCode: 0,
    oomKilled: false,
    createdAt: new Date(),
    startedAt: null,
    restartCount: 0,
    labels: labels(deploymentId, attempt),
    hostPorts: {},
  })

  test('I1: what no deployment owns is removed; what serves or is being made is not', async () => {
    const droplet = await withDroplet()
    const healthy = await addDeployment({ state: 'healthy', attempt: 2, servingAttempt: 2 })
    const running = await addDeployment({ state: 'deploying' })
    const failed = await addDeployment({ state: 'failed' })
    bench.pool.containers = [
      container('serves', healthy, 2),
      container('replaced', healthy, 1),
      container('in-the-making', running, 1),
      container('failed', failed, 1),
      container('of-nobody', v7(), 1),
    ]
    bench.pool.networks = [{ name: 'net-failed', labels: labels(failed, 1), createdAt: new Date() }]
    bench.pool.volumes = [
      { name: 'vol-healthy', labels: labels(healthy, 1), createdAt: new Date() },
      { name: 'vol-failed', labels: labels(failed, 1), createdAt: new Date() },
    ]
    await runOnce()
    expect(bench.pool.removed).toEqual(['replaced', 'failed', 'of-nobody', 'net-failed', 'vol-failed'])
    const audit = await bench.base.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.resource, `droplet:${droplet.id}`))
    expect(audit.map((a) => a.action)).toContain('droplet.leftovers-removed')
  })

  test('what an undo could not remove leaves the error once it is gone', async () => {
    await withDroplet()
    const error = { code: 'X', message: '', action: '', step: null, leftovers: ['container berth-x-1'] }
    const failed = await addDeployment({ state: 'failed', error })
    later(1000)
    await runOnce()
    const [row] = await bench.base.db.select().from(deployments).where(eq(deployments.id, failed))
    expect(row?.error).toEqual({ ...error, leftovers: [] })
  })

  test('a droplet that answers was seen now; one that fails three looks is unreachable until it answers', async () => {
    const droplet = await withDroplet()
    await runOnce()
    const [seen] = await bench.base.db.select().from(droplets).where(eq(droplets.id, droplet.id))
    expect(seen?.lastSeenAt).toEqual(bench.now)
    bench.pool.reachable = false
    await runOnce()
    await runOnce()
    expect(await stateOf(droplet)).toBe('active')
    await runOnce()
    expect(await stateOf(droplet)).toBe('unreachable')
    bench.pool.reachable = true
    await runOnce()
    expect(await stateOf(droplet)).toBe('active')
  })

  test('a host key rotation that was left pending is finished', async () => {
    const droplet = await addDroplet({
      providerId: 31,
      hostKeyRotatedAt: null,
      readyAt: new Date(bench.now.getTime() - 120_000),
    })
    inCloud(31, { tags: tagged(droplet.attemptTag) })
    bench.pool.probeHostKey = async (id) =>
      (await bench.base.db.select().from(droplets).where(eq(droplets.id, id)))[0]?.hostKeyPending ?? ''
    await runOnce()
    const [row] = await bench.base.db.select().from(droplets).where(eq(droplets.id, droplet.id))
    expect(row?.hostKey).not.toBe(droplet.hostKey)
    expect(row?.hostKeyRotatedAt).toBeInstanceOf(Date)
  })
})
