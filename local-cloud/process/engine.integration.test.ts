import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import type Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestCloud, testCloud } from '#local-cloud/testing.ts'
import { makeDroplet, type Reached, reach, type TestDroplet } from './droplet.testing.ts'
import { initializeOverHttp, stdioSession } from './mcp.testing.ts'

let cloud: TestCloud
let droplet: TestDroplet
let reached: Reached
let docker: Docker

beforeAll(async () => {
  // A variable of whoever starts the local cloud: no container may ever see it.
  process.env.LOCAL_CLOUD_CANARY = 'canary-of-the-parent'
  cloud = await testCloud()
  droplet = await makeDroplet(cloud, 'dop_v1_engine')
  reached = await reach(droplet)
  docker = reached.docker
})
afterAll(async () => {
  await reached.close()
  await cloud.end()
})

async function pull(reference: string): Promise<Record<string, unknown>[]> {
  const stream = await docker.pull(reference)
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, lines) => (error ? reject(error) : resolve(lines)))
  })
}

async function run(image: string, options: Docker.ContainerCreateOptions = {}): Promise<Docker.Container> {
  const reference = `${cloud.registry}/mcp/${image}:latest`
  await pull(reference)
  const container = await docker.createContainer({ Image: reference, ...options })
  await container.start()
  return container
}

/** One more process in a container, with a session on its standard streams. */
async function execSession(container: Docker.Container, command: string[], env: string[] = []) {
  const exec = await container.exec({
    Cmd: command,
    Env: env,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  })
  const stream = await exec.start({ hijack: true, stdin: true })
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  docker.modem.demuxStream(stream, stdout, stderr)
  stderr.resume()
  return { exec, stream, session: await stdioSession(stream, stdout) }
}

const published = { HostConfig: { PortBindings: { '3001/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } } }
const hostPort = async (container: Docker.Container) =>
  Number((await container.inspect()).NetworkSettings.Ports['3001/tcp']?.[0]?.HostPort)
/** Servers take a moment to listen. */
const initialize = async (port: number) => {
  const attempt = () => reached.forward(port).then(initializeOverHttp, (error: Error) => error)
  await expect.poll(attempt, { timeout: 15_000, interval: 50 }).toHaveProperty('result')
  return initializeOverHttp(await reached.forward(port))
}
const statusOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 200,
    (error: { statusCode?: number }) => error.statusCode,
  )

describe('dockerode over SSH', () => {
  test('reads what the engine is and what it lacks', async () => {
    expect((await docker.ping()).toString()).toBe('OK')
    expect(await docker.version()).toMatchObject({ ApiVersion: '1.47', Os: 'linux' })
    const info = await docker.info()
    expect(info).toMatchObject({ NCPU: 1, MemTotal: 2 ** 30 })
    expect(info.Berth.Lacks).toContain('network-isolation')
  })

  test('pulls by tag and by digest with progress, and answers 404 for what there is not', async () => {
    const lines = await pull(`${cloud.registry}/mcp/everything:latest`)
    expect(lines.map((line) => line.status)).toEqual(
      expect.arrayContaining(['Pulling fs layer', 'Downloading', 'Verifying Checksum', 'Pull complete']),
    )
    const image = await docker.getImage(`${cloud.registry}/mcp/everything:latest`).inspect()
    const [digest = ''] = image.RepoDigests
    expect(digest).toMatch(/@sha256:[0-9a-f]{64}$/)
    expect(lines.at(-2)?.status).toBe(`Digest: ${digest.split('@')[1]}`)
    expect((await pull(digest)).at(-1)?.status).toContain('Image is up to date')
    expect((await docker.getImage(digest).inspect()).Id).toBe(image.Id)
    expect(await statusOf(pull(`${cloud.registry}/mcp/nothing:latest`))).toBe(404)
    expect(await statusOf(pull('nginx:latest'))).toBe(404)
  })

  test('runs a streamable-HTTP server whose published port is reached through the SSH connection', async () => {
    const container = await run('everything', { name: 'http', ...published })
    const answer = await initialize(await hostPort(container))
    expect(answer.result.serverInfo.name).toBe('mcp-servers/everything')
    const stats = await container.stats({ stream: false, 'one-shot': true })
    expect(stats.memory_stats.usage).toBeGreaterThan(10 * 2 ** 20)
    expect(stats.cpu_stats.cpu_usage.total_usage).toBeGreaterThan(0)
    await container.stop({ t: 5 })
    await expect(reached.forward(await hostPort(container).catch(() => 1))).rejects.toThrow()
    await container.remove()
  })

  test('forwards to no port but those of its own containers', async () => {
    const api = Number(new URL(cloud.url).port)
    await expect(reached.forward(api)).rejects.toThrow()
    await expect(reached.forward(22)).rejects.toThrow()
  })

  test('keeps a stdio server idle and runs a session of its own by exec', async () => {
    const container = await run('memory', { OpenStdin: true, HostConfig: { Binds: ['graph:/data'] } })
    const { Config } = await docker.getImage(`${cloud.registry}/mcp/memory:latest`).inspect()
    const { exec, stream, session } = await execSession(container, Config.Entrypoint as string[])
    await session.call('create_entities', { entities: [{ name: 'tea', entityType: 'drink', observations: ['hot'] }] })
    const ended = new Promise((resolve) => stream.on('end', resolve))
    stream.end()
    await ended
    await expect.poll(async () => (await exec.inspect()).Running).toBe(false)
    // The volume outlives its container.
    await container.remove({ force: true })
    const again = await run('memory', {
      OpenStdin: true,
      HostConfig: { Mounts: [{ Type: 'volume', Source: 'graph', Target: '/data' }] },
    })
    const second = await execSession(again, Config.Entrypoint as string[])
    expect(JSON.stringify(await second.session.call('read_graph'))).toContain('tea')
    expect(await statusOf(docker.getVolume('graph').remove())).toBe(409)
    await again.remove({ force: true })
    await docker.getVolume('graph').remove()
  })

  test('attaches to the main process', async () => {
    const container = await run('sequential-thinking', { OpenStdin: true })
    const stream = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true })
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    docker.modem.demuxStream(stream, stdout, stderr)
    const { initialized } = await stdioSession(stream, stdout)
    expect(initialized.result.serverInfo.name).toContain('sequential-thinking')
    stream.end()
    await container.remove({ force: true })
  })

  test('shows, follows, cuts and times logs', async () => {
    const container = await run('everything-stdio')
    await container.wait()
    const all = await container.logs({ stdout: true, stderr: true, timestamps: true })
    expect(all.toString()).toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z Starting default \(STDIO\) server/)
    expect(all[0]).toBe(2)
    const none = await container.logs({ stdout: true, stderr: true, tail: 0 })
    expect(none.length).toBe(0)
    const later = await container.logs({ stdout: true, stderr: true, since: Math.floor(Date.now() / 1000) + 60 })
    expect(later.length).toBe(0)
    await container.start()
    const follower = await container.logs({ follow: true, stdout: true, stderr: true })
    expect((await text(follower)).match(/Starting/g)).toHaveLength(2)
    await container.remove({ force: true })
  })

  test('answers as Docker does when a state does not fit', async () => {
    const container = await run('everything', { name: 'taken', ...published })
    expect(await statusOf(container.start())).toBe(304)
    expect(
      await statusOf(docker.createContainer({ name: 'taken', Image: `${cloud.registry}/mcp/everything:latest` })),
    ).toBe(409)
    expect(await statusOf(container.remove())).toBe(409)
    expect(await statusOf(docker.getImage(`${cloud.registry}/mcp/everything:latest`).remove({ force: true }))).toBe(409)
    await container.stop({ t: 5 })
    expect(await statusOf(container.stop())).toBe(304)
    expect(await statusOf(container.exec({ Cmd: ['node'] }))).toBe(409)
    await container.remove()
    expect(await statusOf(container.inspect())).toBe(404)
    expect(await statusOf(container.remove())).toBe(404)
    expect(await statusOf(docker.createContainer({ Image: 'missing:latest' }))).toBe(404)
  })

  test('finds containers, networks and volumes by label', async () => {
    const labels = { 'berth.deployment': 'd1', 'berth.attempt': '1' }
    await docker.createNetwork({ Name: 'net-d1', Labels: labels })
    await docker.createVolume({ Name: 'vol-d1', Labels: labels })
    const container = await run('memory', { Labels: labels, OpenStdin: true, HostConfig: { NetworkMode: 'net-d1' } })
    const filters = { label: ['berth.deployment=d1', 'berth.attempt'] }
    expect(await docker.listContainers({ filters })).toHaveLength(1)
    expect(await docker.listContainers({ filters: { label: ['berth.deployment=d2'] } })).toHaveLength(0)
    expect(await docker.listNetworks({ filters })).toHaveLength(1)
    expect((await docker.listVolumes({ filters })).Volumes).toHaveLength(1)
    expect(await statusOf(docker.getNetwork('net-d1').remove())).toBe(403)
    await container.remove({ force: true })
    await docker.getNetwork('net-d1').remove()
    await docker.getVolume('vol-d1').remove()
  })

  test('removes an image with its last name', async () => {
    const reference = `${cloud.registry}/mcp/filesystem:latest`
    await pull(reference)
    await docker.getImage(reference).remove()
    expect(await statusOf(docker.getImage(reference).inspect())).toBe(404)
  })
})

describe('what a container gets', () => {
  test('R8: its environment is its own: nothing of the process that started the local cloud', async () => {
    const container = await run('everything-stdio', {
      OpenStdin: true,
      Env: ['GIVEN=yes', 'NODE_OPTIONS=--allow-fs-read=*'],
    })
    const { Config } = await container.inspect()
    const { session } = await execSession(container, [...(Config.Entrypoint as string[]), ...Config.Cmd], ['EXTRA=1'])
    const result = await session.call('get-env')
    const env = JSON.parse(result.content[0].text)
    expect(Object.keys(env).sort()).toEqual(['EXTRA', 'GIVEN', 'HOME', 'NODE_ENV', 'PATH', 'TMPDIR'])
    expect(JSON.stringify(result)).not.toContain('canary-of-the-parent')
    await container.remove({ force: true })
  })

  test('files of its volumes, and no others of this machine', async () => {
    const container = await run('filesystem', {
      OpenStdin: true,
      Cmd: ['/data', '/'],
      HostConfig: { Binds: ['files:/data'], ReadonlyRootfs: true },
    })
    const { Config } = await container.inspect()
    const { session } = await execSession(container, [...(Config.Entrypoint as string[]), ...Config.Cmd])
    const allowed = (await session.call('list_allowed_directories')).content[0].text
    const own = allowed.split('\n').find((line: string) => line.includes('/volumes/files'))
    expect((await session.call('write_file', { path: `${own}/a.txt`, content: 'mine' })).isError).toBeFalsy()
    expect((await session.call('read_text_file', { path: `${own}/a.txt` })).content[0].text).toBe('mine')
    for (const foreign of ['/etc/hostname', `${cloud.dataDir}/ids.json`]) {
      const refused = await session.call('read_text_file', { path: foreign })
      expect(refused).toMatchObject({ isError: true })
    }
    await container.remove({ force: true })
  })

  test.each([
    [{ Privileged: true }],
    [{ Binds: ['/etc:/data'] }],
    [{ NetworkMode: 'host' }],
    [{ PidMode: 'host' }],
    [{ CapAdd: ['SYS_ADMIN'] }],
    [{ Devices: [{ PathOnHost: '/dev/sda' }] }],
    [{ Mounts: [{ Type: 'bind', Source: '/', Target: '/data' }] }],
  ] as [Docker.HostConfig][])('R6: never %j', async (HostConfig) => {
    await pull(`${cloud.registry}/mcp/memory:latest`)
    expect(await statusOf(docker.createContainer({ Image: `${cloud.registry}/mcp/memory:latest`, HostConfig }))).toBe(
      400,
    )
  })

  test('no program but node', async () => {
    const container = await run('memory', { OpenStdin: true })
    const exec = await container.exec({ Cmd: ['sh', '-c', 'id'], AttachStdout: true, AttachStderr: true })
    expect(await text((await exec.start({})) as NodeJS.ReadableStream)).toContain('executable file not found')
    expect((await exec.inspect()).ExitCode).toBe(126)
    await container.remove({ force: true })
  })
})

describe('over a restart', () => {
  test('a container that ran runs again, with its logs, under the same host key and address', async () => {
    const policy = { ...published.HostConfig, RestartPolicy: { Name: 'unless-stopped' } }
    const kept = await run('everything', { name: 'kept', HostConfig: policy })
    const stopped = await run('everything', { name: 'stopped', HostConfig: policy })
    await initialize(await hostPort(kept))
    await stopped.stop({ t: 5 })
    const before = (await kept.inspect()).State.Pid
    await reached.close()
    await cloud.restart()
    expect(() => process.kill(before, 0)).toThrow()
    reached = await reach(droplet)
    docker = reached.docker
    const again = docker.getContainer('kept')
    await expect.poll(async () => (await again.inspect()).State.Status).toBe('running')
    expect((await initialize(await hostPort(again))).result.serverInfo.name).toBe('mcp-servers/everything')
    expect((await docker.getContainer('stopped').inspect()).State.Status).toBe('exited')
    expect((await again.logs({ stdout: true, stderr: true })).toString().match(/listening/g)).toHaveLength(2)
    await again.remove({ force: true })
    await docker.getContainer('stopped').remove()
  })

  test('a container that crashes starts again with its policy', async () => {
    const container = await run('everything', { HostConfig: { RestartPolicy: { Name: 'always' } } })
    process.kill((await container.inspect()).State.Pid, 'SIGKILL')
    await expect.poll(async () => (await container.inspect()).RestartCount, { timeout: 5000 }).toBeGreaterThan(0)
    await expect.poll(async () => (await container.inspect()).State.Running, { timeout: 5000 }).toBe(true)
    await container.remove({ force: true })
  })
})
