/** Arguments may hold secrets: the container gets them, and nothing else does (I6, R8). */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { UserCtx } from '#server/context.ts'
import type { ContainerSpec, EnginePool } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import type { Backend } from '#server/gateway/port.ts'
import { createListener, type Listener } from '#server/observability/listen.ts'
import { createDeployment, getDeployment, startDeployments } from '../index.ts'
import { newDroplet, newTemplate, newUser, type TestBase, testBase, untilAtRest } from '../testing-setup.ts'
import { createWorld, newWorkerId, worldDeps } from '../testing-world.ts'

const SECRET = 'canary-9c41e7'

let database: TestDatabase
let bench: TestBase
let listener: Listener
let runtime: Awaited<ReturnType<typeof startDeployments>>
let ctx: UserCtx
const specs: ContainerSpec[] = []
const backends: Backend[] = []
let refuse = false

beforeAll(async () => {
  database = await testDatabase()
  bench = testBase(database.url)
  await createWorld(bench.sql)
  listener = createListener(database.url, bench.base.log)
  const world = worldDeps(bench.base, bench.sql)
  const engines: EnginePool = {
    ...world.engines,
    async engine(dropletId) {
      const engine = await world.engines.engine(dropletId)
      return {
        ...engine,
        async ensureContainer(spec) {
          specs.push(spec)
          if (refuse) throw new BerthError('ENGINE_REJECTED', `exec: ${spec.cmd?.join(' ')}: no such file`)
          return engine.ensureContainer(spec)
        },
      }
    },
  }
  const gateway: typeof world.gateway = {
    ...world.gateway,
    handshake(backend, o) {
      backends.push(backend)
      return world.gateway.handshake(backend, o)
    },
  }
  runtime = await startDeployments({
    base: bench.base,
    deps: { ...world, engines, gateway },
    listener,
    workerId: newWorkerId(),
    internalUrl: null,
  })
  ctx = await newUser(bench.base)
  await newDroplet(ctx)
})
afterAll(async () => {
  await runtime?.stop()
  await listener?.close()
  await bench?.end()
  await database?.end()
})

async function deploy() {
  const template = await newTemplate(bench.base, {
    transport: { type: 'stdio', shared: false },
    arguments: ['--key={KEY}', { onlyWith: 'MODE', values: ['--mode', '{MODE}'] }],
    environmentVariables: [
      { name: 'KEY', description: '', isRequired: true, isSecret: true, inputOnly: true },
      { name: 'MODE', description: '', isRequired: false, isSecret: false },
      { name: 'AUTH', description: '', isRequired: false, isSecret: true, value: 'Bearer {KEY}' },
    ],
    workingDir: '/srv',
  })
  const { deploymentId } = await createDeployment(ctx, { template, variables: { KEY: SECRET } })
  await untilAtRest(bench.sql, deploymentId)
  return getDeployment(ctx, { deploymentId })
}

async function expectNowhere(): Promise<void> {
  for (const { table_name } of await bench.sql<{ table_name: string }[]>`
    select table_name from information_schema.tables where table_schema = 'public'`) {
    const found = await bench.sql.unsafe(`select 1 from "${table_name}" t where t::text like '%${SECRET}%'`)
    expect([table_name, found.length]).toEqual([table_name, 0])
  }
}

test('a secret argument reaches the container and the process that the gateway starts, and stands nowhere else', async () => {
  const view = await deploy()
  expect(view.state).toBe('healthy')
  expect(specs.at(-1)).toMatchObject({
    cmd: [`--key=${SECRET}`],
    env: { AUTH: `Bearer ${SECRET}` },
    workingDir: '/srv',
  })
  expect(specs.at(-1)?.env).not.toHaveProperty('KEY')
  expect(backends.at(-1)?.command).toEqual(['node', `--key=${SECRET}`])
  await expectNowhere()
  expect(JSON.stringify(view)).not.toContain(SECRET)
})

test('what an engine repeats of the command is blanked in the error', async () => {
  refuse = true
  const view = await deploy()
  expect(view.error).toMatchObject({ code: 'ENGINE_REJECTED', message: 'exec: --key=[redacted]: no such file' })
  await expectNowhere()
})
