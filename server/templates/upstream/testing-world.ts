/** An installation that follows one registry, for the tests beside: made anew for each test. */
import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { upstreamRegistries, upstreamServers } from '#db/schema/templates.ts'
import type { Actor, UserCtx } from '#server/context.ts'
import { createAsk } from '#server/registry/ask.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'
import { addUpstreamRegistry, removeUpstreamRegistry, syncUpstreamRegistry } from './index.ts'
import type { AskingCtx, SyncReport } from './sync.ts'
import { type TestRegistry, testRegistry } from './testing-registry.ts'

export interface World {
  stack: Stack
  registry: TestRegistry
  admin: AskingCtx
  user: AskingCtx
  registryId: string
  sync(pagesMax?: number): Promise<SyncReport>
  row(): Promise<typeof upstreamRegistries.$inferSelect | undefined>
  stored(): Promise<{ name: string; version: string; status: string; latest: boolean }[]>
}

const actorOf = ({ userId, sessionId, email }: Person, role: 'admin' | 'user'): UserCtx['actor'] =>
  ({ kind: 'user', userId, role, sessionId, email, name: '' }) satisfies Actor

/** To be called once a test file; what it returns is filled before each test. */
export function upstreamWorld(): World {
  const verbs: Pick<World, 'sync' | 'row' | 'stored'> = {
    sync: (pagesMax) =>
      syncUpstreamRegistry(world.admin, { registryId: world.registryId, ...(pagesMax && { pagesMax }) }),
    row: async () =>
      (await world.stack.db.select().from(upstreamRegistries).where(eq(upstreamRegistries.id, world.registryId)))[0],
    stored() {
      const { name, version, status, isLatest: latest } = upstreamServers
      return world.stack.db.select({ name, version, status, latest }).from(upstreamServers).orderBy(name, version)
    },
  }
  // The rest is there before the first test.
  const world = verbs as World
  beforeAll(async () => {
    const stack = await testStack()
    const registry = await testRegistry()
    const services = { ask: createAsk({ allowedHosts: [registry.host] }) }
    const admin = { ...stack.base, services, actor: actorOf(await stack.person('admin'), 'admin') }
    const user = { ...stack.base, services, actor: actorOf(await stack.person('user'), 'user') }
    Object.assign(world, { stack, registry, admin, user })
  })
  afterAll(async () => {
    world.registry.close()
    await world.stack.end()
  })
  beforeEach(async () => {
    const { id } = await addUpstreamRegistry(world.admin, { name: 'Test', url: `${world.registry.url}/v0.1/servers` })
    world.registryId = id
  })
  afterEach(async () => {
    await removeUpstreamRegistry(world.admin, { registryId: world.registryId })
    world.registry.reset()
  })
  return world
}
