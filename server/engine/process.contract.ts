/** Contract: more processes in a container, and the main one's own streams. */
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { eventually, type Scene, textOf } from './contract.ts'
import type { StdioProcess } from './port.ts'

const PROBE = ['node', '/app/src/probe.ts']
const FLOOD_BYTES = 8_000_000

/** Lines of a process, one at a time. */
function reader(of: StdioProcess): () => Promise<string | undefined> {
  const lines = createInterface({ input: of.stdout })[Symbol.asyncIterator]()
  return async () => (await lines.next()).value
}

export function processContract(scene: Scene): void {
  describe('exec', () => {
    it('talks with one more process and learns how it ended', async (context) => {
      const { id } = await scene.run(context)
      const started = await scene.engine.exec(id, [...PROBE, 'echo'])
      const next = reader(started)
      expect(await next()).toBe('ready')
      started.stdin.write('hello\n')
      expect(await next()).toBe('echo hello')
      started.stdin.write('größer ✓\n')
      expect(await next()).toBe('echo größer ✓')
      started.stdin.end()
      expect(await started.done).toEqual({ exitCode: 7 })
      expect(await textOf(started.stderr)).toBe('hearing\n')
    })

    it("runs the image's own command when none is given", async (context) => {
      const { id } = await scene.run(context, { cmd: ['lines', '2'] })
      const started = await scene.engine.exec(id, [])
      const next = reader(started)
      expect([await next(), await next()]).toEqual(['line 1', 'line 2'])
      await started.close(0)
    })

    it('keeps processes apart', async (context) => {
      const { id } = await scene.run(context)
      const all = await Promise.all([1, 2, 3].map(() => scene.engine.exec(id, [...PROBE, 'echo'])))
      const answers = await Promise.all(
        all.map(async (started, n) => {
          const next = reader(started)
          await next()
          started.stdin.write(`to ${n}\n`)
          return await next()
        }),
      )
      expect(answers).toEqual(['echo to 0', 'echo to 1', 'echo to 2'])
      await Promise.all(all.map((started) => started.close()))
    })

    it('delivers more than any buffer holds, whole, to a slow reader', async (context) => {
      const { id } = await scene.run(context)
      const started = await scene.engine.exec(id, [...PROBE, 'flood', String(FLOOD_BYTES)])
      let bytes = 0
      for await (const chunk of started.stdout) {
        bytes += (chunk as Buffer).length
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(bytes).toBe(FLOOD_BYTES)
    })

    it('close lets a process end by itself', async (context) => {
      const { id } = await scene.run(context)
      const started = await scene.engine.exec(id, [...PROBE, 'echo'])
      await reader(started)()
      await started.close(10_000)
      expect(await started.done).toEqual({ exitCode: 7 })
    })

    it('close leaves no process behind, not even one that heeds nothing', async (context) => {
      const { id } = await scene.run(context)
      const before = (await scene.engine.stats(id)).pids
      const started = await scene.engine.exec(id, [...PROBE, 'stubborn'])
      expect(await reader(started)()).toBe('ready')
      expect((await scene.engine.stats(id)).pids).toBeGreaterThan(before)
      await started.close(100)
      const after = await eventually(
        async () => (await scene.engine.stats(id)).pids,
        (pids) => pids <= before,
      )
      expect(after).toBeLessThanOrEqual(before)
      expect(await scene.engine.container(id)).toMatchObject({ state: 'running', restartCount: 0 })
    })

    it('ends with its container', async (context) => {
      const { id } = await scene.run(context)
      const started = await scene.engine.exec(id, [...PROBE, 'stubborn'])
      await reader(started)()
      await scene.engine.removeContainer(id)
      expect(await started.done).toHaveProperty('exitCode')
      await started.close(0)
    })

    it('tells when a program is not there', async (context) => {
      const { id } = await scene.run(context)
      const outcome = await scene.engine.exec(id, ['no-such-program']).then(
        async (started) => (await started.done).exitCode,
        (error: { code: string }) => error.code,
      )
      expect([126, 127, 'ENGINE_REJECTED']).toContain(outcome)
    })

    it('refuses in a container that does not run, and in none', async (context) => {
      const { id } = await scene.create(context)
      await expect(scene.engine.exec(id, PROBE)).rejects.toMatchObject({ code: 'CONFLICT' })
      await expect(scene.engine.exec('no-such-container', PROBE)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })
  })

  describe('attach', () => {
    it('speaks with the main process, which outlives the conversation', async (context) => {
      const { id } = await scene.run(context, { cmd: ['echo'], openStdin: true })
      for (const word of ['first', 'second']) {
        const attached = await scene.engine.attach(id)
        const next = reader(attached)
        attached.stdin.write(`${word}\n`)
        const heard = await eventually(next, (line) => line !== 'ready')
        expect(heard).toBe(`echo ${word}`)
        await attached.close()
      }
      expect(await scene.engine.container(id)).toMatchObject({ state: 'running', restartCount: 0 })
    })
  })
}
