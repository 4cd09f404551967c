import { createHmac } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { deployments, deploymentTokens, gatewayLeases, workers } from '#db/schema/deployments.ts'
import {
  connectClient,
  type Deployed,
  gatewayStage,
  postTo,
  SERVERS,
  type Stage,
  type Station,
  TOOLS_LIST,
  textOf,
} from './testing.ts'

let stage: Stage
let first: Station
let second: Station
const clock = Date.now()
beforeAll(async () => {
  stage = await gatewayStage()
  first = await stage.station({ workerId: 'first', now: () => clock })
  second = await stage.station({ workerId: 'second', now: () => clock })
})
afterAll(() => stage.close())

const at = (station: Station, deployed: Deployed) => new URL(deployed.url.pathname, station.url)
const holderOf = async (deployed: Deployed) =>
  (await stage.database.db.select().from(gatewayLeases).where(eq(gatewayLeases.deploymentId, deployed.deploymentId)))[0]
    ?.workerId

describe('several Berth processes', () => {
  test('one holds the sessions of a deployment, the others forward to it', async () => {
    const deployed = await stage.deploy({ server: SERVERS.everything, transport: 'stdio' })
    const a = await connectClient(at(first, deployed), deployed.token)
    expect(await holderOf(deployed)).toBe('first')
    const before = stage.engine.running().length
    // The same session through the other door: same process, progress and all.
    const b = await connectClient(at(second, deployed), deployed.token)
    expect(second.gateway.stats().sessions).toBe(0)
    const seen: number[] = []
    await b.client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.1, steps: 3 } },
      { onprogress: (p) => void seen.push(p.progress) },
    )
    expect(seen).toEqual([1, 2, 3])
    expect(stage.engine.running().length).toBe(before + 1)
    await Promise.all([a.transport.terminateSession(), b.transport.terminateSession()])
    await Promise.all([a.client.close(), b.client.close()])
  })

  test('revoking a token ends its stream at the holder too', async () => {
    const deployed = await stage.deploy({ server: SERVERS.everything, transport: 'stdio' })
    const mine = await stage.token(deployed.deploymentId)
    const keep = await connectClient(at(first, deployed), deployed.token)
    const { client } = await connectClient(at(second, deployed), mine.token)
    await stage.database.db
      .update(deploymentTokens)
      .set({ revokedAt: new Date() })
      .where(eq(deploymentTokens.id, mine.tokenId))
    await expect(client.listTools()).rejects.toThrow()
    await vi.waitFor(() => expect(first.gateway.stats().sessions).toBe(1), 8000)
    await Promise.all([client.close(), keep.client.close()])
  })

  test('when the holder is gone, another takes over after its lease, and the session goes on', async () => {
    const third = await stage.station({ workerId: 'third', now: () => clock })
    const deployed = await stage.deploy({ server: SERVERS.everything, transport: 'stdio' })
    const { client, transport } = await connectClient(at(third, deployed), deployed.token)
    expect(await holderOf(deployed)).toBe('third')
    const session = transport.sessionId ?? ''
    const ask = () => postTo(at(second, deployed), { token: deployed.token, session, body: TOOLS_LIST })
    await client.close()
    await third.close()
    await stage.database.db
      .insert(gatewayLeases)
      .values({ deploymentId: deployed.deploymentId, workerId: 'third', leaseUntil: new Date(Date.now() + 60_000) })
      .onConflictDoNothing()
    const early = await ask()
    expect(early.status).toBe(503)
    expect(early.headers.get('retry-after')).toBe('2')
    await stage.database.db
      .update(gatewayLeases)
      .set({ leaseUntil: sql`now() - interval '1 second'` })
      .where(eq(gatewayLeases.deploymentId, deployed.deploymentId))
    const late = await ask()
    expect(late.status).toBe(200)
    expect(await late.text()).toContain('"id":9')
    expect(await holderOf(deployed)).toBe('second')
  })

  test('a forged, old or foreign forward opens nothing, and none is passed on twice', async () => {
    const deployed = await stage.deploy({ server: SERVERS.memory, transport: 'stdio' })
    const claim = {
      deploymentId: deployed.deploymentId,
      tokenId: deployed.tokenId,
      method: 'POST',
      workerId: 'first',
      at: clock,
    }
    const payload = Buffer.from(JSON.stringify(claim)).toString('base64url')
    const forged = `${payload}.${createHmac('sha256', 'guess').update(payload).digest('base64url')}`
    const send = (value: string) =>
      fetch(at(first, deployed), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-berth-forward': value,
          authorization: `Bearer ${deployed.token}`,
        },
        body: '{"jsonrpc":"2.0","id":1,"method":"initialize"}',
      })
    const signed = (over: Partial<typeof claim>) => {
      const text = Buffer.from(JSON.stringify({ ...claim, ...over })).toString('base64url')
      const key = stage.vault.derive('gateway-forward')
      return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
    }
    const refused = [
      forged,
      payload,
      '',
      'a.b.c',
      signed({ at: clock - 31_000 }),
      signed({ workerId: 'second' }),
      signed({ method: 'DELETE' }),
      signed({ deploymentId: '01890000-0000-7000-8000-000000000000' }),
      signed({ tokenId: '01890000-0000-7000-8000-000000000000' }),
    ]
    for (const value of refused) expect((await send(value)).status).toBe(401)
    await stage.database.db
      .insert(gatewayLeases)
      .values({ deploymentId: deployed.deploymentId, workerId: 'second', leaseUntil: new Date(Date.now() + 60_000) })
    expect((await send(signed({}))).status).toBe(503)
  })

  test('a process that was killed and started again takes its own deployments back at once', async () => {
    const deployed = await stage.deploy({ server: SERVERS.memory, transport: 'stdio' })
    const { db } = stage.database
    await db.insert(workers).values({ id: 'killed', role: 'web', internalUrl: first.url })
    const leaseUntil = new Date(Date.now() + 60_000)
    await db.insert(gatewayLeases).values({ deploymentId: deployed.deploymentId, workerId: 'killed', leaseUntil })
    const { client } = await connectClient(at(first, deployed), deployed.token)
    expect(await holderOf(deployed)).toBe('first')
    await client.close()
  })

  test('stopping a deployment anywhere ends its streams and sessions everywhere', async () => {
    const deployed = await stage.deploy({ server: SERVERS.memory, transport: 'stdio' })
    const before = first.gateway.stats().sessions
    const { client } = await connectClient(at(first, deployed), deployed.token)
    await client.listTools()
    expect(first.gateway.stats().sessions).toBe(before + 1)
    const one = eq(deployments.id, deployed.deploymentId)
    await stage.database.db.update(deployments).set({ state: 'stopping' }).where(one)
    await vi.waitFor(() => expect(first.gateway.stats().sessions).toBe(before), 8000)
    await expect(client.listTools()).rejects.toThrow(/not serving/)
    await client.close()
  })

  test('a lease that is in nobody’s use is given back', async () => {
    const quick = await stage.station({ workerId: 'quick', limits: { leaseMs: 200 } })
    const deployed = await stage.deploy({ server: SERVERS.memory, transport: 'stdio' })
    const { client, transport } = await connectClient(at(quick, deployed), deployed.token)
    expect(textOf({ content: [{ text: (await client.listTools()).tools[0]?.name ?? '' }] })).not.toBe('')
    expect(await holderOf(deployed)).toBe('quick')
    await transport.terminateSession()
    await client.close()
    await vi.waitFor(async () => expect(await holderOf(deployed)).toBeUndefined(), 5000)
  })
})
