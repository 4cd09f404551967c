/** What must hold after anything: read from the database, the cloud and the droplets' engines themselves. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { and, eq, ne } from 'drizzle-orm'
import { connect } from '#db/client.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { deploymentEvents, deployments } from '#db/schema/deployments.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { createVault } from '#server/crypto/vault.ts'
import { createEnginePool } from '#server/engine/index.ts'
import type { Instance } from './instance.ts'

export interface Facts {
  state: string
  /** Containers, networks and volumes on any live droplet that carry the deployment's label. */
  containers: string[]
  networks: string[]
  volumes: string[]
  reservations: number
  /** Droplets in the cloud that carry the tag of this deployment. */
  cloudDroplets: number
  /** Event numbers as stored, in order. */
  eventNumbers: number[]
  /** `step.succeeded` events, by step. */
  succeeded: Record<string, number>
}

export async function factsOf(instance: Instance, deploymentId: string): Promise<Facts> {
  const { db, end } = connect(instance.databaseUrl, { max: 2 })
  const vault = createVault(Buffer.from(readFileSync(path.join(instance.dataDir, 'master.key'), 'utf8'), 'base64'))
  const live = await db
    .select({ droplet: droplets, account: cloudAccounts })
    .from(droplets)
    .innerJoin(cloudAccounts, eq(cloudAccounts.id, droplets.cloudAccountId))
    .where(and(ne(droplets.state, 'deleted'), ne(droplets.state, 'deleting')))
  const pool = createEnginePool({
    resolve: async (dropletId) => {
      const found = live.find((row) => row.droplet.id === dropletId)
      if (!found?.droplet.publicIp) throw new Error('no such droplet')
      return {
        dropletId,
        host: found.droplet.publicIp,
        port: found.droplet.sshPort,
        username: 'root',
        privateKey: vault.open(found.account.sshPrivateKey, `ssh-key:${found.account.id}`),
        hostKeys: [found.droplet.hostKey, found.droplet.hostKeyPending].filter((key): key is string => key !== null),
      }
    },
  })
  const label = `berth.deployment=${deploymentId}`
  const facts: Facts = {
    state: '',
    containers: [],
    networks: [],
    volumes: [],
    reservations: 0,
    cloudDroplets: 0,
    eventNumbers: [],
    succeeded: {},
  }
  for (const { droplet } of live.filter((row) => row.droplet.publicIp)) {
    const engine = await pool.engine(droplet.id)
    facts.containers.push(...(await engine.containers({ label })).map((container) => container.name))
    facts.networks.push(...(await engine.networks({ label })).map((network) => network.name))
    facts.volumes.push(...(await engine.volumes({ label })).map((volume) => volume.name))
  }
  await pool.close()
  const [row] = await db.select().from(deployments).where(eq(deployments.id, deploymentId))
  facts.state = row?.state ?? 'missing'
  facts.reservations = (await db.select().from(reservations).where(eq(reservations.deploymentId, deploymentId))).length
  const events = await db
    .select()
    .from(deploymentEvents)
    .where(eq(deploymentEvents.deploymentId, deploymentId))
    .orderBy(deploymentEvents.n)
  facts.eventNumbers = events.map((event) => event.n)
  for (const event of events)
    if (event.type === 'step.succeeded') {
      const step = String(event.data.step)
      facts.succeeded[step] = (facts.succeeded[step] ?? 0) + 1
    }
  const [account] = await db
    .select()
    .from(cloudAccounts)
    .where(eq(cloudAccounts.userId, row?.userId ?? ''))
  if (account) {
    const token = vault.open(account.token, `cloud-token:${account.id}`)
    const answer = await fetch(`${instance.localCloud.url}/v2/droplets?tag_name=berth-dep-${deploymentId}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    facts.cloudDroplets = ((await answer.json()) as { droplets: unknown[] }).droplets.length
  }
  await end()
  return facts
}
