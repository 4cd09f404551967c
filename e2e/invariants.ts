/** What must hold after anything: read from the database, the cloud and the droplets' engines themselves. */
import { and, eq, ne } from 'drizzle-orm'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { deploymentEvents, deployments } from '#db/schema/deployments.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { dropletAccess } from './droplet-access.ts'
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
  const { db, vault, pool, close } = dropletAccess(instance)
  const live = await db
    .select()
    .from(droplets)
    .where(and(ne(droplets.state, 'deleted'), ne(droplets.state, 'deleting')))
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
  for (const droplet of live.filter((row) => row.publicIp)) {
    const engine = await pool.engine(droplet.id)
    facts.containers.push(...(await engine.containers({ label })).map((container) => container.name))
    facts.networks.push(...(await engine.networks({ label })).map((network) => network.name))
    facts.volumes.push(...(await engine.volumes({ label })).map((volume) => volume.name))
  }
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
  await close()
  return facts
}
