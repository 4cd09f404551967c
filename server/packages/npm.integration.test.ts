/** npm packages from a registry of the test's own, resolved, installed and run on droplets of the local cloud. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PackageSource } from '#db/template-config.ts'
import { NPM_PACKAGES } from '#fixtures/packages/npm-packages.ts'
import { type NpmRegistry, startNpmRegistry } from '#fixtures/packages/npm-registry.ts'
import type { CreateDriver } from '#local-cloud/driver.ts'
import { missingForHost } from '#local-cloud/host/requirements.ts'
import { BUILT_IN_IMAGES } from '#local-cloud/images/descriptor.ts'
import { readConfig } from '#server/config.ts'
import { type ContractDroplet, DROPLET_ID, textOf } from '#server/engine/contract.ts'
import { createEnginePool } from '#server/engine/index.ts'
import type { Engine, EnginePool } from '#server/engine/port.ts'
import { startLocalDroplet } from '#server/engine/testing-local-droplet.ts'
import {
  discardInstall,
  ensurePackageInstalled,
  fingerprintOf,
  PACKAGE_MOUNT,
  programCommand,
  resolvePackage,
} from './index.ts'
import { packageName } from './names.ts'

const INSTALLATION = 'packages'
const FILTER = { label: `berth.installation=${INSTALLATION}` }

const drivers: { name: string; missing: string | null; host: string; driver: () => Promise<CreateDriver> }[] = [
  {
    name: 'the process driver',
    missing: null,
    host: '127.0.0.1',
    driver: async () => (await import('#local-cloud/process/driver.ts')).createProcessDriver,
  },
  {
    name: 'the host driver',
    missing: missingForHost(),
    host: 'bridge',
    driver: async () => (await import('#local-cloud/host/driver.ts')).createHostDriver,
  },
]

describe.each(drivers)('npm packages on $name', ({ missing, host, driver }) => {
  describe.skipIf(missing !== null)(missing ?? 'a droplet', () => {
    let registry: NpmRegistry
    let droplet: ContractDroplet
    let pool: EnginePool
    let engine: Engine
    let image: string
    let runners: ReturnType<typeof readConfig>['runners']

    beforeAll(async () => {
      droplet = await startLocalDroplet(await driver(), [BUILT_IN_IMAGES])
      // The machine's own address on the droplet's network is the one that its image registry has.
      const address = host === 'bridge' ? (droplet.registry.split(':')[0] ?? '') : host
      registry = await startNpmRegistry(NPM_PACKAGES, address)
      pool = createEnginePool({ resolve: async () => droplet.target })
      engine = await pool.engine(DROPLET_ID)
      runners = readConfig({
        DATABASE_URL: 'postgres://localhost/none',
        BERTH_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
        BERTH_DEMO: '1',
        DIGITALOCEAN_API_URL: 'http://127.0.0.1:1',
        BERTH_DEMO_REGISTRY: droplet.registry,
        BERTH_NPM_REGISTRY: registry.url,
      }).runners
      const { digest } = await engine.pull(runners.node.image)
      image = `${runners.node.image.replace(/:latest$/, '')}@${digest}`
    })
    afterAll(async () => {
      await pool?.close()
      await registry?.close()
      await droplet?.stop()
    })

    const source = (identifier: string, more: Partial<PackageSource> = {}): PackageSource => ({
      registryType: 'npm',
      identifier,
      version: '1.0.0',
      allowInstallScripts: [],
      ...more,
    })
    const signal = () => AbortSignal.timeout(60_000)
    const resolve = (of: PackageSource) =>
      resolvePackage({ engine, runners, image, installationId: INSTALLATION, source: of, signal: signal() })
    const install = (
      of: PackageSource,
      lock: Awaited<ReturnType<typeof resolvePackage>>,
      tryId: string,
      onProgress?: (message: string) => void,
    ) =>
      ensurePackageInstalled({
        ...{ engine, lock, source: of, runners, runnerImage: image, installationId: INSTALLATION, tryId },
        signal: signal(),
        ...(onProgress && { onProgress }),
      })
    /** What stands on the droplet, seals and installed volumes apart. */
    const things = async () =>
      (await Promise.all([engine.containers(FILTER), engine.networks(FILTER), engine.volumes(FILTER)])).map((list) =>
        list.map(({ name }) => name).sort(),
      )

    async function greet(lock: Awaited<ReturnType<typeof resolvePackage>>, volume: string): Promise<string> {
      const { cmd, env } = programCommand(lock, ['to', 'all'])
      await engine.ensureNetwork('run', {})
      const { id } = await engine.ensureContainer({
        ...{ name: 'run', image, labels: {}, env, cmd, network: 'run', memoryBytes: 128 * 2 ** 20, cpuMillis: 500 },
        ...{ pidsMax: 64, readOnlyRoot: true, volumes: [{ name: volume, path: PACKAGE_MOUNT, readOnly: true }] },
        openStdin: true,
      })
      try {
        await engine.startContainer(id)
        const { stdin, stdout, close } = await engine.exec(id, cmd)
        const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'greet' } }
        stdin.write(`${JSON.stringify(call)}\n`)
        stdin.end()
        const text = await textOf(stdout)
        await close()
        return text
      } finally {
        await engine.removeContainer(id)
        await engine.removeNetwork('run')
      }
    }

    test('is locked with all it needs, installed once, and answers', async () => {
      const wanted = source('@berth/greeter')
      const lock = await resolve(wanted)
      expect(lock).toMatchObject({
        registryType: 'npm',
        program: 'node_modules/@berth/greeter/server.js',
        packages: 2,
        installScripts: [],
      })
      expect(lock.registryType === 'npm' && lock.packageLock.match(/"integrity": "sha512-/g)).toHaveLength(2)
      expect(await things()).toEqual([[], [], []])

      const told: string[] = []
      const [first, second] = await Promise.all([
        install(wanted, lock, 'one', (message) => told.push(message)),
        install(wanted, lock, 'two'),
      ])
      expect(first.volume).toBe(second.volume)
      const tarballs = () => registry.requests.filter((path) => path.endsWith('.tgz')).length
      expect(tarballs()).toBe(2)
      const name = packageName(fingerprintOf(lock, image))
      expect(await things()).toEqual([[], [], [name, first.volume].sort()])
      expect(await greet(lock, first.volume)).toContain('Good day to all')

      // A third finds it without asking the registry for anything.
      expect(await install(wanted, lock, 'three')).toEqual(first)
      expect(tarballs()).toBe(2)
    })

    test('I4: a try that is undone leaves nothing, and an installed package stays', async () => {
      const wanted = source('two-programs', { identifier: '@berth/greeter' })
      const lock = await resolve(wanted)
      const fingerprint = fingerprintOf(lock, image)
      const before = await things()
      await discardInstall(engine, { fingerprint, tryId: 'one', signal: signal() })
      await discardInstall(engine, { fingerprint, tryId: 'never', signal: signal() })
      expect(await things()).toEqual(before)
    })

    test('I3: a volume whose install was cut off counts for nothing and is made anew', async () => {
      const wanted = source('may-need-a-script')
      const lock = await resolve(wanted)
      const fingerprint = fingerprintOf(lock, image)
      const name = packageName(fingerprint)
      // A process that died after it had made everything and before it had started the container.
      const labels = {
        'berth.installation': INSTALLATION,
        'berth.package': fingerprint,
        'berth.package.try': `${name}-dead`,
      }
      await engine.ensureNetwork(`${name}-dead`, labels)
      for (const volume of [`${name}-dead`, `${name}-dead-scratch`]) await engine.ensureVolume(volume, labels)
      await engine.ensureContainer({
        ...{ name, image, labels, env: {}, cmd: ['node'], network: `${name}-dead`, memoryBytes: 64 * 2 ** 20 },
        ...{ cpuMillis: 100, pidsMax: 32, readOnlyRoot: true, openStdin: false, once: true },
        volumes: [{ name: `${name}-dead`, path: PACKAGE_MOUNT }],
      })
      const { volume } = await install(wanted, lock, 'dead')
      expect(await greet(lock, volume)).toContain('Good day')
      // Optional: installed, its script not run.
      expect(lock).toMatchObject({ packages: 3, installScripts: [] })
    })

    test.each([
      ['needs-git', 'from-git@git+https://git.invalid/from-git.git'],
      ['needs-a-link', 'from-a-link@https://files.invalid/from-a-link.tgz'],
      ['needs-a-folder', 'from-a-folder comes from file:../from-a-folder'],
      ['no-program', 'no program of its own'],
      ['two-programs', 'programs one, other'],
      ['not-there', 'could not be found'],
    ])('%s is refused, and what is wrong with it is named', async (name, words) => {
      const before = await things()
      await expect(resolve(source(name))).rejects.toMatchObject({
        code: 'PACKAGE_NOT_INSTALLABLE',
        message: expect.stringContaining(words),
      })
      expect(await things()).toEqual(before)
    })

    test('a dependency that would run an install script is refused by name', async () => {
      const wanted = source('needs-a-script')
      const lock = await resolve(wanted)
      expect(lock).toMatchObject({ installScripts: ['builds-itself'] })
      await expect(install(wanted, lock, 'scripts')).rejects.toMatchObject({
        code: 'PACKAGE_NOT_INSTALLABLE',
        message: expect.stringContaining('builds-itself'),
      })
    })

    test('other bytes than those that were locked are refused', async () => {
      const wanted = source('changed-on-the-way')
      const lock = await resolve(wanted)
      const before = await things()
      await expect(install(wanted, lock, 'changed')).rejects.toMatchObject({
        code: 'PACKAGE_NOT_INSTALLABLE',
        message: expect.stringContaining('EINTEGRITY'),
      })
      expect(await things()).toEqual(before)
    })

    test('a registry that is down is told as that', async () => {
      const nowhere = { ...runners, node: { ...runners.node, registryUrl: 'http://127.0.0.1:9' } }
      const call = { engine, runners: nowhere, image, installationId: INSTALLATION, source: source('@berth/greeter') }
      await expect(resolvePackage({ ...call, signal: signal() })).rejects.toMatchObject({
        code: 'REGISTRY_UNAVAILABLE',
        message: '127.0.0.1:9 can’t be reached from the droplet: ECONNREFUSED.',
      })
    })
  })
})
