/** What only a real Docker Engine shows: Python packages, and install scripts that an admin allows. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PackageSource } from '#db/template-config.ts'
import type { PackageLock } from '#db/template-content.ts'
import { NPM_PACKAGES } from '#fixtures/packages/npm-packages.ts'
import { type NpmRegistry, startNpmRegistry } from '#fixtures/packages/npm-registry.ts'
import { type PythonIndex, startPythonIndex, type Wheel } from '#fixtures/packages/python-index.ts'
import { WHEELS } from '#fixtures/packages/wheels.ts'
import { missingForHost } from '#local-cloud/host/requirements.ts'
import { type ContractDroplet, DROPLET_ID, textOf } from '#server/engine/contract.ts'
import { createEnginePool } from '#server/engine/index.ts'
import type { Engine, EnginePool } from '#server/engine/port.ts'
import { startLocalDroplet } from '#server/engine/testing-local-droplet.ts'
import { ensurePackageInstalled, PACKAGE_MOUNT, programCommand, resolvePackage } from './index.ts'

const IMAGES = path.resolve(import.meta.dirname, '../../fixtures/packages/images')
const INSTALLATION = 'packages'
// The runner image is made of this very Python.
const noPip =
  existsSync('/usr/lib/python3/dist-packages/pip') && existsSync('/usr/lib/python3.11') ? null : 'no python3-pip'
const missing = missingForHost() ?? noPip

describe.skipIf(missing !== null)(`packages on a real Docker Engine${missing ? ` (${missing})` : ''}`, () => {
  let registry: NpmRegistry
  let index: PythonIndex
  let changed: PythonIndex
  let droplet: ContractDroplet
  let pool: EnginePool
  let engine: Engine
  const images: Record<string, string> = {}
  const signal = () => AbortSignal.timeout(90_000)

  beforeAll(async () => {
    const { createHostDriver } = await import('#local-cloud/host/driver.ts')
    droplet = await startLocalDroplet(createHostDriver, [IMAGES])
    const address = droplet.registry.split(':')[0]
    registry = await startNpmRegistry(NPM_PACKAGES, address)
    index = await startPythonIndex(WHEELS, address)
    changed = await startPythonIndex(
      WHEELS.map((wheel): Wheel => ({ ...wheel, corrupt: wheel.name === 'greeting-words' })),
      address,
    )
    pool = createEnginePool({ resolve: async () => droplet.target })
    engine = await pool.engine(DROPLET_ID)
    for (const name of ['runner-python', 'runner-shell']) {
      const { digest } = await engine.pull(`${droplet.registry}/test/${name}:latest`)
      images[name] = `${droplet.registry}/test/${name}@${digest}`
    }
  }, 240_000)
  afterAll(async () => {
    await pool?.close()
    await Promise.all([registry, index, changed].map((server) => server?.close()))
    await droplet?.stop()
  })

  const runners = (indexUrl = index.url) => ({
    node: { image: '', npmCli: '/app/node_modules/npm/bin/npm-cli.js', registryUrl: registry.url },
    python: { image: '', indexUrl },
  })
  const source = (
    registryType: 'npm' | 'pypi',
    identifier: string,
    allowInstallScripts: string[] = [],
  ): PackageSource => ({
    ...{ registryType, identifier, version: '1.0.0', allowInstallScripts },
  })
  const imageOf = (of: PackageSource) => images[of.registryType === 'npm' ? 'runner-shell' : 'runner-python'] ?? ''
  const resolve = (of: PackageSource) =>
    resolvePackage({
      ...{ engine, runners: runners(), image: imageOf(of), installationId: INSTALLATION, source: of },
      signal: signal(),
    })
  const install = (of: PackageSource, lock: PackageLock, tryId: string, indexUrl?: string) =>
    ensurePackageInstalled({
      ...{ engine, lock, source: of, runners: runners(indexUrl), runnerImage: imageOf(of), tryId },
      installationId: INSTALLATION,
      signal: signal(),
    })

  /** A container that runs the package as a deployment does; `look` gets its id. */
  async function run<T>(
    of: PackageSource,
    lock: PackageLock,
    volume: string,
    look: (id: string) => Promise<T>,
  ): Promise<T> {
    await engine.ensureNetwork('run', {})
    const { id } = await engine.ensureContainer({
      ...{ name: 'run', image: imageOf(of), labels: {}, ...programCommand(lock, ['to', 'all']), network: 'run' },
      ...{ memoryBytes: 128 * 2 ** 20, cpuMillis: 500, pidsMax: 64, readOnlyRoot: true, openStdin: true },
      volumes: [{ name: volume, path: PACKAGE_MOUNT, readOnly: true }],
    })
    try {
      await engine.startContainer(id)
      return await look(id)
    } finally {
      await engine.removeContainer(id)
      await engine.removeNetwork('run')
    }
  }
  const greeting = (lock: PackageLock) => async (id: string) => {
    const { stdin, stdout, close } = await engine.exec(id, programCommand(lock, ['to', 'all']).cmd)
    stdin.end(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'greet' } })}\n`)
    const text = await textOf(stdout)
    await close()
    return text
  }

  test('a Python package is locked with all it needs, installed by hash, and answers', async () => {
    const wanted = source('pypi', 'mcp-greeter')
    const lock = await resolve(wanted)
    expect(lock).toMatchObject({ registryType: 'pypi', program: 'mcp-greeter', packages: 2 })
    expect(lock.registryType === 'pypi' && lock.requirements).toMatch(
      /^greeting-words==1\.1\.0 --hash=sha256:[0-9a-f]{64}\nmcp-greeter==1\.0\.0 --hash=sha256:[0-9a-f]{64}\n$/,
    )
    const { volume } = await install(wanted, lock, 'one')
    expect(await run(wanted, lock, volume, greeting(lock))).toContain('Good day to all')
    const fetched = index.fetched.length
    expect(await install(wanted, lock, 'two')).toMatchObject({ volume })
    expect(index.fetched).toHaveLength(fetched)
  }, 120_000)

  test.each([
    ['mcp-no-program', 'no program of its own'],
    ['mcp-two-programs', 'programs one, other'],
    ['mcp-direct', 'elsewhere'],
    ['mcp-missing', 'not-on-this-index'],
  ])(
    '%s is refused, and what is wrong with it is named',
    async (name, words) => {
      await expect(resolve(source('pypi', name))).rejects.toMatchObject({ message: expect.stringContaining(words) })
    },
    60_000,
  )

  test('other wheels than those that were locked are refused', async () => {
    const wanted = { ...source('pypi', 'mcp-greeter') }
    const lock = await resolve(wanted)
    if (lock.registryType !== 'pypi') throw new Error('not a lock of pip')
    const other = { ...lock, requirements: lock.requirements.replaceAll(/^mcp.*\n/gm, '') }
    await expect(install(wanted, other, 'changed', changed.url)).rejects.toMatchObject({
      code: 'PACKAGE_NOT_INSTALLABLE',
      message: expect.stringMatching(/hash/i),
    })
  }, 120_000)

  test('the install scripts that an admin allows run, in the throw-away container and only those', async () => {
    const allowed = source('npm', 'needs-a-script', ['builds-itself'])
    const lock = await resolve(allowed)
    expect(lock).toMatchObject({ installScripts: [] })
    const { volume } = await install(allowed, lock, 'scripts')
    const built = `${PACKAGE_MOUNT}/files/node_modules/builds-itself/built.txt`
    expect(await run(allowed, lock, volume, (id) => engine.readFile(id, built, { bytesMax: 100 }))).toBe(
      'by its script',
    )
    expect(await run(allowed, lock, volume, greeting(lock))).toContain('Good day')

    const without = source('npm', 'may-need-a-script')
    const unscripted = await resolve(without)
    const second = await install(without, unscripted, 'scripts')
    expect(
      await run(without, unscripted, second.volume, (id) => engine.readFile(id, built, { bytesMax: 100 })),
    ).toBeNull()
  }, 120_000)
})
