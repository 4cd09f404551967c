/** Contract: the SSH path itself: commands, host keys, aborts, lost connections, leaks. */
import { connect, createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { generateKeyPair } from '#server/fleet/key-pair.ts'
import { type ContractDroplet, DROPLET_ID, eventually, type Scene } from './contract.ts'
import { createEnginePool } from './index.ts'
import type { DropletTarget, LogLine } from './port.ts'
import { BOOTSTRAP_STATUS, HOST_KEY_ADD, HOST_KEY_FINISH, PROC_STATS } from './remote-commands.ts'

/** A wire to a droplet that can be cut. */
async function wire(droplet: ContractDroplet) {
  const open = new Set<Socket>()
  let broken = false
  let made = 0
  const server = createServer((near) => {
    if (broken) return near.destroy()
    made += 1
    const far = connect(droplet.target.port, droplet.target.host)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from)
      from.setNoDelay(true)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const target: DropletTarget = {
    ...droplet.target,
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
  }
  return {
    target,
    connections: () => made,
    cut() {
      broken = true
      for (const socket of open) socket.destroy()
    },
    mend() {
      broken = false
    },
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function connectionContract(scene: Scene): void {
  describe('commands', () => {
    it('says that the droplet is prepared', async () => {
      const told = await eventually(
        async () => JSON.parse(await scene.pool.command(DROPLET_ID, BOOTSTRAP_STATUS)) as { status: string },
        ({ status }) => status === 'done',
      )
      expect(told).toMatchObject({ status: 'done' })
    })

    it('measures the droplet', async () => {
      const stats = JSON.parse(await scene.pool.command(DROPLET_ID, PROC_STATS)) as Record<string, number>
      expect(Object.keys(stats).sort()).toEqual(
        ['cpus', 'diskFreeBytes', 'diskTotalBytes', 'load1', 'memAvailableBytes', 'memTotalBytes'].sort(),
      )
      expect(stats.memTotalBytes).toBe(2 ** 30)
      for (const [name, value] of Object.entries(stats)) expect([name, Number.isFinite(value)]).toEqual([name, true])
      expect(stats.memAvailableBytes).toBeGreaterThan(0)
    })

    it('R12: rotates the host key: both are served while it is pending, then only the new one', async () => {
      const first = scene.droplet.target.hostKeys[0] ?? ''
      const { publicLine: second, privateKey } = generateKeyPair()
      await scene.pool.command(DROPLET_ID, HOST_KEY_ADD, { input: privateKey })
      await scene.pool.command(DROPLET_ID, HOST_KEY_ADD, { input: privateKey })
      const proves = (hostKeys: string[]) => {
        const pool = createEnginePool({
          resolve: async () => ({ ...scene.droplet.target, hostKeys }),
          connectDeadlineMs: 5_000,
        })
        return pool
          .probeHostKey(DROPLET_ID)
          .catch((error: { code: string }) => error.code)
          .finally(() => pool.close())
      }
      expect(
        await eventually(
          () => proves([first, second]),
          (key) => key === second,
        ),
      ).toBe(second)
      await scene.pool.command(DROPLET_ID, HOST_KEY_FINISH)
      expect(
        await eventually(
          () => proves([second]),
          (key) => key === second,
        ),
      ).toBe(second)
      expect(
        await eventually(
          () => proves([first]),
          (key) => key !== first,
        ),
      ).toBe('SSH_HOST_KEY_MISMATCH')
      // The droplet of this suite is known by its new key from here on.
      scene.droplet.target = { ...scene.droplet.target, hostKeys: [second] }
    })
  })

  describe('the connection', () => {
    it('refuses a droplet that shows another host key', async () => {
      const other = generateKeyPair().publicLine
      const pool = createEnginePool({ resolve: async () => ({ ...scene.droplet.target, hostKeys: [other] }) })
      await expect(pool.engine(DROPLET_ID)).rejects.toMatchObject({ code: 'SSH_HOST_KEY_MISMATCH' })
      await pool.close()
    })

    it('tells that a lost droplet is unreachable, and goes on when it is back', async (context) => {
      const { id } = await scene.run(context)
      const line = await wire(scene.droplet)
      const pool = createEnginePool({ resolve: async () => line.target, connectDeadlineMs: 2_000 })
      context.onTestFinished(async () => {
        await pool.close()
        await line.close()
      })
      const engine = await pool.engine(DROPLET_ID)
      const started = await engine.exec(id, ['node', '/app/src/probe.ts', 'stubborn'])
      const heard: LogLine[] = []
      const following = (async () => {
        for await (const entry of engine.logs(id, { follow: true })) heard.push(entry)
      })().catch((error: { code: string }) => error.code)

      line.cut()
      expect(await started.done).toEqual({ exitCode: null })
      expect([undefined, 'ENGINE_UNAVAILABLE', 'SSH_UNREACHABLE']).toContain(await following)
      await expect(engine.info()).rejects.toMatchObject({ code: expect.stringMatching(/^(SSH|ENGINE)_UN/) })
      await expect(pool.engine(DROPLET_ID)).rejects.toMatchObject({ code: 'SSH_UNREACHABLE' })
      expect(pool.provenHostKey(DROPLET_ID)).toBeNull()

      line.mend()
      const back = await eventually(
        () => engine.info().catch(() => null),
        (info) => info !== null,
      )
      expect(back?.memoryBytes).toBe(2 ** 30)
    })

    it('1,000 calls take one connection and leave no descriptor open', async (context) => {
      const line = await wire(scene.droplet)
      const pool = createEnginePool({ resolve: async () => line.target })
      context.onTestFinished(async () => {
        await pool.close()
        await line.close()
      })
      const engine = await pool.engine(DROPLET_ID)
      const { id } = await scene.run(context)
      // The channels that are kept for reuse are open from here on.
      await Promise.all(Array.from({ length: 32 }, () => engine.container(id)))
      const before = scene.droplet.openFiles()
      await Promise.all(Array.from({ length: 1000 }, () => engine.container(id)))
      const settled = await eventually(
        async () => scene.droplet.openFiles(),
        (files) => files <= before + 5,
      )
      expect(settled).toBeLessThanOrEqual(before + 5)
      expect(line.connections()).toBe(1)
    })

    it('100 processes and followed logs leave no descriptor open', async (context) => {
      const { id } = await scene.run(context, { pidsMax: 400, memoryBytes: 512 * 2 ** 20 })
      const round = async () => {
        const started = await scene.engine.exec(id, ['node', '/app/src/probe.ts', 'exit', '0'])
        await started.done
        await started.close(0)
        for await (const line of scene.engine.logs(id, { follow: true })) if (line.text) break
      }
      const ten = () => Promise.all(Array.from({ length: 10 }, round))
      // What is kept for reuse is open from here on.
      await ten()
      await ten()
      const before = scene.droplet.openFiles()
      for (let n = 0; n < 10; n += 1) await ten()
      // One left open by each process or log would be a hundred; how many are kept for reuse varies by a few.
      const settled = await eventually(
        async () => scene.droplet.openFiles(),
        (files) => files <= before + 30,
      )
      expect(settled).toBeLessThanOrEqual(before + 30)
    }, 180_000)
  })

  describe('aborts', () => {
    it('gives a pull up at once when told to, and can pull again', async () => {
      const { engine, droplet } = scene
      const reference = `${droplet.registry}/mcp/filesystem:latest`
      await engine.removeImage(reference)
      const controller = new AbortController()
      controller.abort()
      await expect(engine.pull(reference, { signal: controller.signal })).rejects.toMatchObject({ code: 'CANCELLED' })
      const second = new AbortController()
      const pull = engine.pull(reference, { signal: second.signal, onProgress: () => second.abort() })
      const outcome = await pull.then(
        () => 'pulled',
        (error: { code: string }) => error.code,
      )
      expect(['CANCELLED', 'pulled']).toContain(outcome)
      expect(await engine.pull(reference)).toHaveProperty('digest')
    })

    it('ends a call in flight with the reason of its signal', async (context) => {
      const { id } = await scene.run(context, { cmd: ['stubborn'] })
      const controller = new AbortController()
      const stopping = scene.engine.stopContainer(id, { graceSeconds: 20, signal: controller.signal })
      controller.abort()
      await expect(stopping).rejects.toMatchObject({ code: 'CANCELLED' })
    })
  })
}
