/**
 * What every engine must do, whatever stands behind it: one suite, run over real SSH against the `process` driver's
 * engine and against a real Docker Engine (R2).
 *
 * An engine may lack what only a kernel gives; `GET /info` → `Berth.Lacks` says what. A test of such a thing asks
 * `lacks(name)` and is skipped then, and the last test holds that what was skipped is exactly what the engine lists:
 * nothing may be skipped in silence, nothing may be listed that works.
 */
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { archiveContract } from './archive.contract.ts'
import { boxContract } from './box.contract.ts'
import { connectionContract } from './connection.contract.ts'
import { containerContract } from './container.contract.ts'
import { imageContract } from './image.contract.ts'
import { createEnginePool } from './index.ts'
import type { ContainerInfo, ContainerSpec, DropletTarget, Engine, EnginePool } from './port.ts'
import { processContract } from './process.contract.ts'

/** A droplet of 1 GiB and one vCPU that is ready, with the images of `fixtures/engine-probe` in its registry. */
export interface ContractDroplet {
  target: DropletTarget
  /** `host:port` as the droplet names the registry; also reached from here. */
  registry: string
  /** Open descriptors of everything between the client and the containers. */
  openFiles(): number
  stop(): Promise<void>
}

export interface ContractSubject {
  name: string
  /** Why it can't be run on this machine; null when it can. */
  missing: string | null
  start(): Promise<ContractDroplet>
}

export const DROPLET_ID = 'droplet'
export const MIB = 2 ** 20

/** What the tests of one subject share. Filled before the first test. */
export interface Scene {
  droplet: ContractDroplet
  pool: EnginePool
  engine: Engine
  /** `repository:tag` of the probe, and the same by digest: it is pulled already. */
  probe: { tag: string; digest: string }
  /** Skips the test when the engine says that it lacks this, and remembers that it did. */
  lacks(context: TestContext, what: string): void
  /** A container that was created, not started, with a network of its own; all is removed after the test. */
  create(context: TestContext, spec?: Partial<ContainerSpec>): Promise<ContainerInfo>
  /** `create`, then started. */
  run(context: TestContext, spec?: Partial<ContainerSpec>): Promise<ContainerInfo>
  /** Runs the probe in a mode as one more process of a container, to its end. */
  ask(container: string, ...mode: string[]): Promise<{ stdout: string; stderr: string; exitCode: number | null }>
  /** A name that no other test has. */
  name(): string
}

export function engineContract(subject: ContractSubject): void {
  const title = `R2: the engine of ${subject.name}`
  describe.skipIf(subject.missing !== null)(subject.missing ? `${title} (${subject.missing})` : title, () => {
    const scene = {} as Scene
    const skipped = new Set<string>()
    let listed: string[] = []

    beforeAll(async () => {
      const droplet = await subject.start()
      const pool = createEnginePool({ resolve: async () => droplet.target })
      const engine = await pool.engine(DROPLET_ID)
      listed = (await engine.info()).lacks
      const tag = `${droplet.registry}/test/probe:1.0.0`
      const { digest } = await engine.pull(tag)
      Object.assign(scene, {
        droplet,
        pool,
        engine,
        probe: { tag, digest: `${droplet.registry}/test/probe@${digest}` },
        ...helpers(engine, `${droplet.registry}/test/probe@${digest}`),
        lacks(context: TestContext, what: string) {
          if (!listed.includes(what)) return
          skipped.add(what)
          context.skip(`this engine lacks ${what}`)
        },
      } satisfies Scene)
    })
    afterAll(async () => {
      await scene.pool?.close()
      await scene.droplet?.stop()
    })

    imageContract(scene)
    containerContract(scene)
    processContract(scene)
    archiveContract(scene)
    boxContract(scene)
    connectionContract(scene)

    it('R2: what was skipped is exactly what the engine says it lacks', () => {
      expect([...skipped].sort()).toEqual([...listed].sort())
    })
  })
}

function helpers(engine: Engine, image: string): Pick<Scene, 'create' | 'run' | 'ask' | 'name'> {
  let count = 0
  const name = () => {
    count += 1
    return `contract-${count}`
  }

  async function create(context: TestContext, spec: Partial<ContainerSpec> = {}): Promise<ContainerInfo> {
    const own = name()
    const labels = spec.labels ?? { 'berth.deployment': own }
    const full: ContainerSpec = {
      name: own,
      image,
      labels,
      env: {},
      network: own,
      memoryBytes: 128 * MIB,
      cpuMillis: 500,
      pidsMax: 64,
      readOnlyRoot: true,
      volumes: [],
      openStdin: false,
      ...spec,
    }
    context.onTestFinished(async () => {
      await engine.removeContainer(full.name)
      await engine.removeNetwork(full.network)
      for (const volume of full.volumes) await engine.removeVolume(volume.name)
    })
    await engine.ensureNetwork(full.network, labels)
    for (const volume of full.volumes) await engine.ensureVolume(volume.name, labels)
    return await engine.ensureContainer(full)
  }

  async function run(context: TestContext, spec: Partial<ContainerSpec> = {}): Promise<ContainerInfo> {
    const made = await create(context, spec)
    await engine.startContainer(made.id)
    const started = await engine.container(made.id)
    if (!started) throw new Error('the container that was started is gone')
    return started
  }

  async function ask(container: string, ...mode: string[]) {
    const started = await engine.exec(container, ['node', '/app/src/probe.ts', ...mode])
    const [stdout, stderr, { exitCode }] = await Promise.all([
      textOf(started.stdout),
      textOf(started.stderr),
      started.done,
    ])
    await started.close(0)
    return { stdout: stdout.trim(), stderr: stderr.trim(), exitCode }
  }
  return { create, run, ask, name }
}

export async function textOf(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

/** Polls until `probe` gives something true; the last value otherwise shows in the failure of the caller's `expect`. */
export async function eventually<T>(
  probe: () => Promise<T>,
  holds: (value: T) => boolean,
  withinMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const value = await probe()
    if (holds(value) || performance.now() > deadline) return value
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
