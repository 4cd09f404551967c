/** Contract: describing itself, images, networks, volumes. */
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { MIB, type Scene } from './contract.ts'
import type { PullProgress } from './port.ts'

export function imageContract(scene: Scene): void {
  describe('itself', () => {
    it('tells version, memory and CPUs of its droplet', async () => {
      const info = await scene.engine.info()
      expect(info.version).not.toBe('')
      expect(info.memoryBytes).toBe(1024 * MIB)
      expect(info.cpus).toBeGreaterThanOrEqual(1)
    })
  })

  describe('images', () => {
    it('reports a pull as it goes and ends with every layer done', async () => {
      const { engine, droplet } = scene
      const reference = `${droplet.registry}/mcp/memory:latest`
      await engine.removeImage(reference)
      const seen: PullProgress[] = []
      await engine.pull(reference, { onProgress: (progress) => seen.push(progress) })
      const last = seen.at(-1)
      expect(last?.layersTotal).toBeGreaterThan(0)
      expect(last?.layersDone).toBe(last?.layersTotal)
      expect(seen.map((p) => p.currentBytes)).toEqual(seen.map((p) => p.currentBytes).sort((a, b) => a - b))
    })

    it('pulls by tag what the registry calls by that digest', async () => {
      const { engine, droplet, probe } = scene
      const answer = await fetch(`http://${droplet.registry}/v2/test/probe/manifests/1.0.0`, {
        headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
      })
      expect(await engine.pull(probe.tag)).toMatchObject({ digest: answer.headers.get('docker-content-digest') })
    })

    it('reads entrypoint, command, environment and user of an image', async () => {
      const image = await scene.engine.image(scene.probe.tag)
      expect(image).toMatchObject({ entrypoint: ['node', '/app/src/probe.ts'], cmd: ['serve'], user: '1000:1000' })
      expect(image?.env).toContain('FROM_IMAGE=yes')
      expect(image?.sizeBytes).toBeGreaterThan(0)
    })

    it('pulls by digest and finds the image by it', async () => {
      const pulled = await scene.engine.pull(scene.probe.digest)
      expect(scene.probe.digest).toContain(pulled.digest)
      expect(await scene.engine.image(scene.probe.digest)).toEqual(pulled)
    })

    it.for([
      ['a tag that does not exist', 'test/probe:9.9.9'],
      ['a repository that does not exist', 'test/nothing:latest'],
      ['a digest that the registry does not have', `test/probe@sha256:${'0'.repeat(64)}`],
      ['a tag together with another digest', `test/probe:1.0.0@sha256:${'0'.repeat(64)}`],
    ])('refuses to pull %s', async ([, path]) => {
      const pull = scene.engine.pull(`${scene.droplet.registry}/${path}`)
      await expect(pull).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
    })

    it('says that a pull failed when no registry answers', async () => {
      const host = scene.droplet.registry.split(':')[0]
      await expect(scene.engine.pull(`${host}:1/test/probe:1.0.0`)).rejects.toMatchObject({ code: 'IMAGE_PULL_FAILED' })
    })

    it('pulls from a private registry with the credentials of that one pull', async (context) => {
      const { engine, droplet } = scene
      const [address = ''] = droplet.registry.split(':')
      const expected = `Basic ${Buffer.from('robot:p/a:ss+?').toString('base64')}`
      const door = createServer((request, response) => {
        if (request.headers.authorization !== expected)
          return void response.writeHead(401, { 'www-authenticate': 'Basic realm="private"' }).end()
        const { authorization: _, ...headers } = request.headers
        get(`http://${droplet.registry}${request.url}`, { method: request.method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(response)
        })
      })
      await new Promise<void>((resolve) => door.listen(0, address, resolve))
      context.onTestFinished(() => {
        door.closeAllConnections()
        door.close()
      })
      const reference = `${address}:${(door.address() as AddressInfo).port}/mcp/memory:latest`
      const auth = { username: 'robot', password: 'p/a:ss+?' }
      expect(await engine.pull(reference, { auth })).toMatchObject({ digest: expect.stringMatching(/^sha256:/) })
      await engine.removeImage(reference)
      for (const wrong of [undefined, { ...auth, password: 'wrong' }])
        await expect(engine.pull(reference, { auth: wrong })).rejects.toMatchObject({
          code: expect.stringMatching(/^IMAGE_(PULL_FAILED|NOT_FOUND)$/),
        })
    })

    it('removes an image that nothing uses, and counts a missing one as removed', async () => {
      const reference = `${scene.droplet.registry}/mcp/sequential-thinking:latest`
      await scene.engine.pull(reference)
      await scene.engine.removeImage(reference)
      expect(await scene.engine.image(reference)).toBeNull()
      await scene.engine.removeImage(reference)
    })

    it('I4: leaves an image that a container uses', async (context) => {
      await scene.create(context)
      await scene.engine.removeImage(scene.probe.digest)
      expect(await scene.engine.image(scene.probe.digest)).not.toBeNull()
    })
  })

  describe('networks and volumes', () => {
    it('makes a network once, lists it by label and removes it', async () => {
      const { engine } = scene
      const name = scene.name()
      const labels = { 'berth.deployment': name }
      await engine.ensureNetwork(name, labels)
      await engine.ensureNetwork(name, labels)
      expect(await engine.networks({ label: `berth.deployment=${name}` })).toEqual([
        { name, labels, createdAt: expect.any(Date) },
      ])
      await engine.removeNetwork(name)
      await engine.removeNetwork(name)
      expect(await engine.networks({ label: `berth.deployment=${name}` })).toEqual([])
    })

    it('makes a volume once, lists it by label and removes it', async () => {
      const { engine } = scene
      const name = scene.name()
      const labels = { 'berth.deployment': name }
      await engine.ensureVolume(name, labels)
      await engine.ensureVolume(name, labels)
      expect(await engine.volumes({ label: `berth.deployment=${name}` })).toEqual([
        { name, labels, createdAt: expect.any(Date) },
      ])
      await engine.removeVolume(name)
      await engine.removeVolume(name)
      expect(await engine.volumes({ label: `berth.deployment=${name}` })).toEqual([])
    })

    it('R19: never takes over a network or volume that carries other labels', async (context) => {
      const { engine } = scene
      const name = scene.name()
      context.onTestFinished(async () => {
        await engine.removeNetwork(name)
        await engine.removeVolume(name)
      })
      const [mine, theirs] = [{ 'berth.deployment': 'mine' }, { 'berth.deployment': 'theirs' }]
      await engine.ensureNetwork(name, theirs)
      await engine.ensureVolume(name, theirs)
      await expect(engine.ensureNetwork(name, mine)).rejects.toMatchObject({ code: 'CONFLICT' })
      await expect(engine.ensureVolume(name, mine)).rejects.toMatchObject({ code: 'CONFLICT' })
    })

    it('keeps what a volume holds when its container is replaced', async (context) => {
      const volume = scene.name()
      const labels = { 'berth.deployment': volume }
      const volumes = [{ name: volume, path: '/data' }]
      const first = await scene.run(context, { volumes, labels })
      expect(await scene.ask(first.id, 'append', '/data/kept', 'from the first')).toMatchObject({ exitCode: 0 })
      await scene.engine.removeContainer(first.id)
      const second = await scene.run(context, { volumes, labels })
      expect(await scene.ask(second.id, 'read', '/data/kept')).toMatchObject({ stdout: 'from the first', exitCode: 0 })
    })
  })
}
