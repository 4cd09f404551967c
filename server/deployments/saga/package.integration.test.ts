/** I3, I4: templates of npm packages through the whole saga, onto a droplet of the local cloud, with the real gateway. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PackageSource } from '#db/template-config.ts'
import { NPM_PACKAGES } from '#fixtures/packages/npm-packages.ts'
import { type NpmRegistry, startNpmRegistry } from '#fixtures/packages/npm-registry.ts'
import { BUILT_IN_IMAGES } from '#local-cloud/images/descriptor.ts'
import { createProcessDriver } from '#local-cloud/process/driver.ts'
import type { UserCtx } from '#server/context.ts'
import { type ContractDroplet, DROPLET_ID } from '#server/engine/contract.ts'
import { createEnginePool } from '#server/engine/index.ts'
import type { Engine, EnginePool } from '#server/engine/port.ts'
import { startLocalDroplet } from '#server/engine/testing-local-droplet.ts'
import { createGateway } from '#server/gateway/index.ts'
import { resolvePackage } from '#server/packages/index.ts'
import { createDeployment, deleteDeployment, getDeployment } from '../index.ts'
import { type SagaBench, sagaBench } from '../testing-bench.ts'
import { newDroplet, newTemplate, newUser, untilAtRest } from '../testing-setup.ts'

let bench: SagaBench
let registry: NpmRegistry
let droplet: ContractDroplet
let pool: EnginePool
let engine: Engine
let image: { reference: string; digest: string }
let gateway: ReturnType<typeof createGateway>
let ctx: UserCtx

beforeAll(async () => {
  droplet = await startLocalDroplet(createProcessDriver, [BUILT_IN_IMAGES])
  registry = await startNpmRegistry(NPM_PACKAGES)
  pool = createEnginePool({ resolve: async () => droplet.target })
  engine = await pool.engine(DROPLET_ID)
  const reference = `${droplet.registry}/berth/runner-node:latest`
  const { digest } = await engine.pull(reference)
  if (!digest) throw new Error('the runner image has no digest')
  image = { reference, digest }
  bench = await sagaBench({
    deps(_, { base, workerId }) {
      gateway = createGateway({ ...base, engines: pool, workerId })
      return { engines: pool, gateway }
    },
  })
  const npmCli = '/app/node_modules/npm/bin/npm-cli.js'
  bench.base.config.runners.node = { image: reference, npmCli, registryUrl: registry.url }
  ctx = await newUser(bench.base)
  await newDroplet(ctx)
})

afterAll(async () => {
  await bench?.stop()
  await gateway?.close()
  await pool?.close()
  await registry?.close()
  await droplet?.stop()
  await bench?.end()
})

const pinned = () => `${image.reference.replace(/:latest$/, '')}@${image.digest}`

async function templateOf(identifier: string): Promise<string> {
  const source: PackageSource = { registryType: 'npm', identifier, version: '1.0.0', allowInstallScripts: [] }
  const { runners } = bench.base.config
  const packageLock = await resolvePackage({
    ...{ engine, runners, source, image: pinned(), installationId: bench.base.installationId },
    signal: AbortSignal.timeout(60_000),
  })
  return await newTemplate(
    bench.base,
    {
      ...{ image: image.reference, package: source, volumes: [], arguments: ['to', '{WHOM}'] },
      environmentVariables: [{ name: 'WHOM', value: 'you', description: '', isRequired: false, isSecret: false }],
      transport: { type: 'stdio', shared: false },
    },
    { packageLock, imageDigest: image.digest },
  )
}

const named = async () => {
  const filter = { label: `berth.installation=${bench.base.installationId}` }
  const lists = await Promise.all([engine.containers(filter), engine.networks(filter), engine.volumes(filter)])
  return lists.map((list) => list.map(({ name }) => name).sort())
}

test('an npm package becomes healthy with its tools listed, and a second deployment finds it installed', async () => {
  const template = await templateOf('@berth/greeter')
  const { deploymentId: first } = await createDeployment(ctx, { template })
  expect(await untilAtRest(bench.sql, first, 60_000)).toMatchObject({ state: 'healthy', error: null })
  expect((await getDeployment(ctx, { deploymentId: first })).tools).toEqual([
    expect.objectContaining({ name: 'greet' }),
  ])
  const [containers, networks, volumes] = await named()
  expect([containers, networks]).toEqual([[`berth-${first}-1`], [`berth-${first}-1`]])
  expect(volumes).toHaveLength(2)
  const fetched = registry.requests.filter((path) => path.endsWith('.tgz')).length

  const { deploymentId: second } = await createDeployment(ctx, { template })
  expect(await untilAtRest(bench.sql, second, 60_000)).toMatchObject({ state: 'healthy' })
  expect(registry.requests.filter((path) => path.endsWith('.tgz'))).toHaveLength(fetched)
  expect((await named())[2]).toEqual(volumes)
  for (const deploymentId of [first, second]) {
    await deleteDeployment(ctx, { deploymentId })
    expect(await untilAtRest(bench.sql, deploymentId, 60_000)).toMatchObject({ state: 'deleted' })
  }
  expect(await named()).toEqual([[], [], volumes])
})

test('I4: a package whose bytes have changed fails with the words of npm and leaves nothing', async () => {
  const template = await templateOf('changed-on-the-way')
  const before = await named()
  const { deploymentId } = await createDeployment(ctx, { template })
  const rest = await untilAtRest(bench.sql, deploymentId, 90_000)
  expect(rest).toMatchObject({
    state: 'failed',
    error: { code: 'PACKAGE_NOT_INSTALLABLE', step: 'image-pull', leftovers: [] },
  })
  expect(JSON.stringify(rest.error)).toContain('EINTEGRITY')
  expect(await named()).toEqual(before)
}, 120_000)

test('a version that was never resolved is refused by the click', async () => {
  const template = await newTemplate(
    bench.base,
    {
      image: image.reference,
      package: { registryType: 'npm', identifier: 'greeting', version: '1.2.3', allowInstallScripts: [] },
      transport: { type: 'stdio', shared: false },
      volumes: [],
    },
    { imageDigest: image.digest },
  )
  await expect(createDeployment(ctx, { template })).rejects.toMatchObject({
    ...{ code: 'TEMPLATE_REFUSED', message: 'Its package has not been resolved yet.' },
  })
})
