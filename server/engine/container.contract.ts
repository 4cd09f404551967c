/** Contract: the life of a container, its published port, its log, its measurements. */
import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { eventually, MIB, type Scene, textOf } from './contract.ts'
import type { ContainerInfo, LogLine } from './port.ts'

export function containerContract(scene: Scene): void {
  const get = (hostPort: number, path: string) =>
    new Promise<string>((resolve, reject) => {
      const call = request(
        { agent: scene.engine.agentFor(hostPort), host: '127.0.0.1', port: hostPort, path },
        (answer) => textOf(answer).then(resolve, reject),
      )
      call.once('error', reject)
      call.end()
    })

  /** The server needs a moment to listen after its container has started. */
  async function served(container: ContainerInfo, path: string): Promise<string> {
    const port = (await scene.engine.container(container.id))?.hostPorts[8080] ?? 0
    return await eventually(
      () => get(port, path).catch((error: Error) => error.message),
      (text) => text.startsWith('probe'),
    )
  }

  async function linesOf(container: string, o: { tail?: number; since?: Date } = {}): Promise<LogLine[]> {
    const lines: LogLine[] = []
    for await (const line of scene.engine.logs(container, { follow: false, ...o })) lines.push(line)
    return lines
  }

  describe('containers', () => {
    it('I3: makes one container however often it is asked for', async (context) => {
      const { engine, probe } = scene
      const made = await scene.create(context)
      const spec = {
        name: made.name,
        image: probe.digest,
        labels: made.labels,
        env: {},
        network: made.name,
        memoryBytes: 128 * MIB,
        cpuMillis: 500,
        pidsMax: 64,
        readOnlyRoot: true,
        volumes: [],
        openStdin: false,
      }
      const again = await Promise.all([1, 2, 3].map(() => engine.ensureContainer(spec)))
      expect(again.map((info) => info.id)).toEqual([made.id, made.id, made.id])
      const listed = await engine.containers({ label: `berth.deployment=${made.name}` })
      expect(listed.map((info) => info.id)).toEqual([made.id])
      await expect(
        engine.ensureContainer({ ...spec, labels: { 'berth.deployment': 'another' } }),
      ).rejects.toMatchObject({
        code: 'CONFLICT',
      })
    })

    it('says which image is missing', async (context) => {
      const image = `${scene.droplet.registry}/test/probe@sha256:${'0'.repeat(64)}`
      await expect(scene.create(context, { image })).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
    })

    it('starts, stops and removes, and counts what is so already as success', async (context) => {
      const { engine } = scene
      const { id } = await scene.create(context)
      expect(await engine.container(id)).toMatchObject({ state: 'created', startedAt: null })
      await engine.startContainer(id)
      await engine.startContainer(id)
      const running = await engine.container(id)
      expect(running).toMatchObject({ state: 'running', oomKilled: false })
      expect(Math.abs((running?.startedAt?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
      await engine.stopContainer(id, { graceSeconds: 1 })
      await engine.stopContainer(id, { graceSeconds: 1 })
      expect(await engine.container(id)).toMatchObject({ state: 'exited' })
      await engine.startContainer(id)
      expect(await engine.container(id)).toMatchObject({ state: 'running' })
      await engine.removeContainer(id)
      await engine.removeContainer(id)
      expect(await engine.container(id)).toBeNull()
      await engine.stopContainer(id)
    })

    it('starts a container again that ended by itself', async (context) => {
      const { id } = await scene.run(context, { cmd: ['exit', '3'] })
      const info = await eventually(
        () => scene.engine.container(id),
        (found) => (found?.restartCount ?? 0) >= 2,
      )
      expect(info?.restartCount).toBeGreaterThanOrEqual(2)
      await scene.engine.stopContainer(id, { graceSeconds: 1 })
      expect(await scene.engine.container(id)).toMatchObject({ exitCode: 3 })
    })

    it("gives a container its image's variables, its own and no others", async (context) => {
      const { id } = await scene.run(context, { env: { CANARY: 'a "quoted" $(value)\nof two lines' } })
      const told = JSON.parse((await scene.ask(id, 'environment')).stdout) as Record<string, string>
      expect(told).toMatchObject({ CANARY: 'a "quoted" $(value)\nof two lines', FROM_IMAGE: 'yes' })
      const allowed = ['CANARY', 'FROM_IMAGE', 'PORT', 'PATH', 'HOME', 'HOSTNAME', 'TMPDIR']
      expect(Object.keys(told).filter((name) => !allowed.includes(name))).toEqual([])
    })
  })

  describe('ports', () => {
    it("serves a published port at the droplet's 127.0.0.1, also after a restart", async (context) => {
      const container = await scene.run(context, { port: 8080 })
      expect(await served(container, '/first')).toBe('probe /first')
      await scene.engine.stopContainer(container.id, { graceSeconds: 1 })
      await scene.engine.startContainer(container.id)
      expect(await served(container, '/second')).toBe('probe /second')
    })

    it('publishes nothing that was not asked for', async (context) => {
      expect(await scene.run(context)).toMatchObject({ hostPorts: {} })
    })

    it('answers many requests at once through one connection', async (context) => {
      const container = await scene.run(context, { port: 8080 })
      await served(container, '/ready')
      const port = (await scene.engine.container(container.id))?.hostPorts[8080] ?? 0
      const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => get(port, `/${n}`)))
      expect(answers).toEqual(answers.map((_, n) => `probe /${n}`))
    })
  })

  describe('logs', () => {
    it('follows what a container prints and ends with it', async (context) => {
      const container = await scene.run(context, { port: 8080 })
      const seen: LogLine[] = []
      const following = (async () => {
        for await (const line of scene.engine.logs(container.id, { follow: true })) seen.push(line)
      })()
      await served(container, '/one')
      await served(container, '/two')
      await scene.engine.stopContainer(container.id, { graceSeconds: 1 })
      await following
      const of = (stream: LogLine['stream']) => seen.filter((line) => line.stream === stream).map((line) => line.text)
      expect(of('stdout')).toEqual(['listening', 'request /one', 'request /two'])
      expect(of('stderr')).toEqual(['warning about /one', 'warning about /two'])
      for (const line of seen) expect(Math.abs(line.at.getTime() - Date.now())).toBeLessThan(60_000)
    })

    it('gives the last lines, and those since a moment', async (context) => {
      const { id } = await scene.run(context, { cmd: ['lines', '200'] })
      await eventually(
        () => linesOf(id),
        (lines) => lines.length === 200,
      )
      expect((await linesOf(id, { tail: 3 })).map((line) => line.text)).toEqual(['line 198', 'line 199', 'line 200'])
      expect(await linesOf(id, { since: new Date(Date.now() + 60_000) })).toEqual([])
    })

    it('stops following when told to', async (context) => {
      const { id } = await scene.run(context)
      const controller = new AbortController()
      const following = (async () => {
        for await (const line of scene.engine.logs(id, { follow: true, signal: controller.signal }))
          if (line.text === 'listening') controller.abort()
      })()
      await following.catch((error: unknown) => expect(error).toMatchObject({ code: 'CANCELLED' }))
    })
  })

  it('measures memory and processes of a container', async (context) => {
    const { id } = await scene.run(context)
    const stats = await eventually(
      () => scene.engine.stats(id),
      (found) => found.memoryBytes > 10 * MIB,
    )
    expect(stats.memoryBytes).toBeGreaterThan(10 * MIB)
    expect(stats.pids).toBeGreaterThanOrEqual(1)
    expect(stats.memoryLimitBytes).toBe(128 * MIB)
  })
}
