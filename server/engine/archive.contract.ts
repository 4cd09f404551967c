/** Contract: files into and out of volumes, of containers that wait, run and have ended; and containers that end. */
import { describe, expect, it } from 'vitest'
import { BerthError } from '#server/errors.ts'
import { eventually, type Scene } from './contract.ts'

export function archiveContract(scene: Scene): void {
  const volume = (path: string, readOnly = false) => ({ name: scene.name(), path, readOnly })

  describe('files of a volume', () => {
    it('are put before the container ever ran, for any user to read and write', async (context) => {
      const { engine } = scene
      const { id } = await scene.create(context, { volumes: [volume('/opt/work')] })
      await engine.putFiles(id, '/opt/work', [
        { path: 'made', content: null, mode: 0o777 },
        { path: 'plain.txt', content: 'ü = "quoted" $(value)\n' },
        { path: 'deep/er/file.json', content: '{}' },
      ])
      await engine.startContainer(id)
      expect(await scene.ask(id, 'read', '/opt/work/plain.txt')).toMatchObject({ stdout: 'ü = "quoted" $(value)' })
      expect(await scene.ask(id, 'append', '/opt/work/made/file', 'by the container')).toMatchObject({ exitCode: 0 })
      await engine.putFiles(id, '/opt/work', [{ path: 'plain.txt', content: 'replaced' }])
      expect(await scene.ask(id, 'read', '/opt/work/plain.txt')).toMatchObject({ stdout: 'replaced' })
      await engine.stopContainer(id, { graceSeconds: 1 })
      expect(await engine.readFile(id, '/opt/work/made/file', { bytesMax: 100 })).toBe('by the container\n')
      expect(await engine.readFile(id, '/opt/work/deep/er/file.json', { bytesMax: 2 })).toBe('{}')
    })

    it('are read up to a size, and never when they are something else', async (context) => {
      const { engine } = scene
      const { id } = await scene.create(context, { volumes: [volume('/opt/work')] })
      await engine.putFiles(id, '/opt/work', [
        { path: 'large', content: 'x'.repeat(50_000) },
        { path: 'folder', content: null },
      ])
      expect(await engine.readFile(id, '/opt/work/large', { bytesMax: 50_000 })).toHaveLength(50_000)
      for (const [file, bytesMax] of [
        ['/opt/work/large', 49_999],
        ['/opt/work/large', 100],
        ['/opt/work/folder', 100],
      ] as const)
        await expect(engine.readFile(id, file, { bytesMax }), file).rejects.toBeInstanceOf(BerthError)
      expect(await engine.readFile(id, '/opt/work/missing', { bytesMax: 100 })).toBeNull()
    })

    it('R6: are put nowhere else, and not where the container may only read', async (context) => {
      const { engine } = scene
      const { id } = await scene.create(context, { volumes: [volume('/opt/work', true)] })
      const files = [{ path: 'file', content: 'x' }]
      for (const dir of ['/opt/work', '/opt/work/none', '/app', '/etc', '/'])
        await expect(engine.putFiles(id, dir, files), dir).rejects.toBeInstanceOf(BerthError)
      for (const dir of ['/opt/../etc', 'opt', '/a b', '/$(id)', '/a\n'])
        await expect(engine.putFiles(id, dir, files), dir).rejects.toMatchObject({ code: 'INVALID_INPUT' })
      for (const path of ['../escaped', '/absolute', 'a/../../b', '', '.'])
        await expect(engine.putFiles(id, '/opt/work', [{ path, content: '' }]), path).rejects.toMatchObject({
          code: 'INVALID_INPUT',
        })
    })

    it('I8: can be read and not written through a mount that says so', async (context) => {
      const { engine } = scene
      const name = scene.name()
      const labels = { 'berth.deployment': name }
      const first = await scene.create(context, { labels, volumes: [{ name, path: '/opt/work' }] })
      await engine.putFiles(first.id, '/opt/work', [
        { path: 'file', content: 'text', mode: 0o666 },
        { path: 'folder', content: null, mode: 0o777 },
      ])
      await engine.removeContainer(first.id)
      const reader = await scene.run(context, { labels, volumes: [{ name, path: '/opt/work', readOnly: true }] })
      expect(await scene.ask(reader.id, 'read', '/opt/work/file')).toMatchObject({ stdout: 'text' })
      expect((await scene.ask(reader.id, 'append', '/opt/work/file', 'more')).exitCode).not.toBe(0)
      expect((await scene.ask(reader.id, 'append', '/opt/work/folder/new', 'more')).exitCode).not.toBe(0)
    })
  })

  it('a container that runs once ends and stays so, with its exit code', async (context) => {
    const { id, createdAt } = await scene.run(context, { cmd: ['exit', '3'], once: true })
    const ended = await eventually(
      () => scene.engine.container(id),
      (found) => found?.state === 'exited',
    )
    expect(ended).toMatchObject({ state: 'exited', exitCode: 3, restartCount: 0 })
    expect(Math.abs(createdAt.getTime() - Date.now())).toBeLessThan(60_000)
  })

  it('says when networks and volumes were made', async (context) => {
    const { labels } = await scene.create(context, { volumes: [volume('/opt/work')] })
    const filter = { label: `berth.deployment=${labels['berth.deployment']}` }
    const made = [...(await scene.engine.networks(filter)), ...(await scene.engine.volumes(filter))]
    expect(made).toHaveLength(2)
    for (const { createdAt } of made) expect(Math.abs(createdAt.getTime() - Date.now())).toBeLessThan(60_000)
  })
}
