/** Arguments may hold secrets: the container gets them, and nothing else does (I6, R8). */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UserCtx } from '#server/context.ts'
import type { ContainerSpec, Engine } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import type { Backend, Gateway } from '#server/gateway/port.ts'
import { createDeployment, getDeployment } from '../index.ts'
import type { DeploymentsDeps } from '../ports.ts'
import { type SagaBench, sagaBench } from '../testing-bench.ts'
import { newDroplet, newTemplate, newUser, untilAtRest } from '../testing-setup.ts'

const SECRET = 'canary-9c41e7'

let bench: SagaBench
let ctx: UserCtx
const specs: ContainerSpec[] = []
const backends: Backend[] = []
let refuse = false

beforeAll(async () => {
  bench = await sagaBench({ deps: watched })
  ctx = await newUser(bench.base)
  await newDroplet(ctx)
})
afterAll(() => bench?.end())

/** Keeps what the engine and the gateway are given. */
function watched({ engines, gateway }: DeploymentsDeps): Pick<DeploymentsDeps, 'engines' | 'gateway'> {
  const engine = async (dropletId: string): Promise<Engine> => {
    const own = await engines.engine(dropletId)
    return {
      ...own,
      async ensureContainer(spec) {
        specs.push(spec)
        if (refuse) throw new BerthError('ENGINE_REJECTED', `exec: ${spec.cmd?.join(' ')}: no such file`)
        return own.ensureContainer(spec)
      },
    }
  }
  const handshake: Gateway['handshake'] = (backend, o) => {
    backends.push(backend)
    return gateway.handshake(backend, o)
  }
  return { engines: { ...engines, engine }, gateway: { ...gateway, handshake } }
}

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
