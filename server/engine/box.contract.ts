/** Contract: I8 and R6, what a container is held to, as the engine records it and as the container feels it. */
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { eventually, MIB, type Scene } from './contract.ts'
import { dockerGet } from './docker-get.contract.ts'

interface Inspected {
  HostConfig: Record<string, unknown>
  Mounts: { Type: string; Name: string; Destination: string }[]
  NetworkSettings: { Networks: Record<string, unknown> }
}

/** Docker writes an absent list as null or as an empty one. */
const empty = (value: unknown) => value === undefined || value === null || (Array.isArray(value) && value.length === 0)

export function boxContract(scene: Scene): void {
  describe('the box', () => {
    it('R6: records exactly the limits of I8 for a container', async (context) => {
      const volume = scene.name()
      const { id, name } = await scene.run(context, {
        port: 8080,
        memoryBytes: 96 * MIB,
        cpuMillis: 250,
        pidsMax: 33,
        volumes: [{ name: volume, path: '/data' }],
      })
      const found = (await dockerGet(scene.droplet.target, `/containers/${id}/json`)) as Inspected
      expect(found.HostConfig).toMatchObject({
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        ReadonlyRootfs: true,
        Memory: 96 * MIB,
        MemorySwap: 96 * MIB,
        NanoCpus: 250_000_000,
        PidsLimit: 33,
        NetworkMode: name,
      })
      for (const field of ['Binds', 'CapAdd', 'Devices', 'VolumesFrom', 'Links'])
        expect([field, empty(found.HostConfig[field])]).toEqual([field, true])
      for (const field of ['Privileged', 'PublishAllPorts', 'AutoRemove'])
        expect([field, found.HostConfig[field] ?? false]).toEqual([field, false])
      for (const field of ['PidMode', 'UTSMode', 'UsernsMode'])
        expect([field, found.HostConfig[field] ?? '']).toEqual([field, ''])
      expect(found.HostConfig.IpcMode ?? 'private').toBe('private')
      expect(found.HostConfig.PortBindings).toEqual({ '8080/tcp': [expect.objectContaining({ HostIp: '127.0.0.1' })] })
      expect(Object.keys(found.NetworkSettings.Networks)).toEqual([name])
      expect(found.Mounts.map((mount) => [mount.Type, mount.Name, mount.Destination])).toEqual([
        ['volume', volume, '/data'],
      ])
    })

    it('I8: can write to its volume and /tmp, and nowhere else', async (context) => {
      const { id } = await scene.run(context, { volumes: [{ name: scene.name(), path: '/data' }] })
      const files = JSON.parse((await scene.ask(id, 'files')).stdout)
      expect(files).toMatchObject({ tmp: 'ok' })
      expect(files.root).toMatch(/EROFS|EACCES|ERR_ACCESS_DENIED/)
      expect(files.app).toMatch(/EROFS|EACCES|ERR_ACCESS_DENIED/)
      expect(await scene.ask(id, 'append', '/data/file', 'text')).toMatchObject({ exitCode: 0 })
    })

    it("I8: can't read the Docker socket or the droplet's keys", async (context) => {
      const { id } = await scene.run(context)
      const wanted = ['/var/run/docker.sock', '/root/.ssh/authorized_keys', '/etc/ssh/ssh_host_ed25519_key']
      const { read } = JSON.parse((await scene.ask(id, 'files', ...wanted)).stdout) as { read: string[] }
      expect(read.filter((outcome) => outcome === 'ok')).toEqual([])
    })

    it('I8: has a root of its own', async (context) => {
      scene.lacks(context, 'own-root-filesystem')
      const { id } = await scene.run(context)
      // Files of the droplet that anyone there may read.
      const { read } = JSON.parse((await scene.ask(id, 'files', '/etc/os-release', '/etc/debian_version')).stdout)
      expect(read).toEqual(['ENOENT', 'ENOENT'])
    })

    it('I8: has no capability and can gain none', async (context) => {
      scene.lacks(context, 'capabilities')
      const { id } = await scene.run(context)
      expect(JSON.parse((await scene.ask(id, 'identity')).stdout)).toMatchObject({
        capabilities: '0000000000000000',
        noNewPrivileges: '1',
      })
    })

    it('I8: runs as the user of its image', async (context) => {
      scene.lacks(context, 'user-isolation')
      const { id } = await scene.run(context)
      expect(JSON.parse((await scene.ask(id, 'identity')).stdout)).toMatchObject({ uid: 1000 })
    })

    it('I8: is ended when it takes more memory than its limit', async (context) => {
      scene.lacks(context, 'memory-limit')
      const { id } = await scene.run(context, { cmd: ['eat', '512'], memoryBytes: 96 * MIB })
      const info = await eventually(
        () => scene.engine.container(id),
        (found) => found?.oomKilled === true || (found?.restartCount ?? 0) > 0,
      )
      expect(info?.oomKilled === true || (info?.restartCount ?? 0) > 0).toBe(true)
      const log: string[] = []
      for await (const line of scene.engine.logs(id, { follow: false })) log.push(line.text)
      expect(log).not.toContain('ate 512')
    })

    it('I8: gets no more of a CPU than its limit', async (context) => {
      scene.lacks(context, 'cpu-limit')
      const { id } = await scene.run(context, { cpuMillis: 200 })
      const { stdout } = await scene.ask(id, 'spin', '1500')
      // The quota is counted in slices of 100 ms, and the first is free.
      expect(Number(stdout)).toBeLessThan(350)
    })

    it('I8: starts no more processes than its limit', async (context) => {
      scene.lacks(context, 'pids-limit')
      // Every thread counts, and a Node process has about seven.
      const { id } = await scene.run(context, { pidsMax: 40, memoryBytes: 512 * MIB, cpuMillis: 1000 })
      const { stdout } = await scene.ask(id, 'breed', '12')
      expect(Number(stdout || 0)).toBeLessThan(8)
    })

    it('I8: reaches neither the droplet nor the containers of other networks', async (context) => {
      scene.lacks(context, 'network-isolation')
      const [one, other] = [await scene.run(context), await scene.run(context, { port: 8080 })]
      const found = (await dockerGet(scene.droplet.target, `/containers/${other.id}/json`)) as Inspected
      const [network] = Object.values(found.NetworkSettings.Networks) as { IPAddress: string }[]
      expect(await scene.ask(other.id, 'connect', network?.IPAddress ?? '', '8080')).toMatchObject({
        stdout: 'connected',
      })
      expect(await scene.ask(one.id, 'connect', network?.IPAddress ?? '', '8080')).not.toMatchObject({
        stdout: 'connected',
      })
      const port = String(other.hostPorts[8080])
      expect(await scene.ask(one.id, 'connect', '127.0.0.1', port)).toMatchObject({ stdout: 'ECONNREFUSED' })
    })

    it("I8: can't ask the metadata address, which the droplet itself could", async (context) => {
      scene.lacks(context, 'network-isolation')
      const { id } = await scene.run(context)
      expect(await scene.ask(id, 'connect', '169.254.169.254', '80')).toMatchObject({ stdout: 'ECONNREFUSED' })
    })

    it('I8: sees nothing of what listens on the machine of the suite', async (context) => {
      scene.lacks(context, 'network-isolation')
      const server = createServer().listen(0, '127.0.0.1')
      context.onTestFinished(() => void server.close())
      await new Promise((resolve) => server.once('listening', resolve))
      const address = server.address()
      const { id } = await scene.run(context)
      const port = String(typeof address === 'object' ? address?.port : 0)
      expect(await scene.ask(id, 'connect', '127.0.0.1', port)).toMatchObject({ stdout: 'ECONNREFUSED' })
    })
  })
}
