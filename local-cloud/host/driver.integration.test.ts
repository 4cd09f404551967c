/** Droplets as network namespaces: real sshd, real dockerd, real registry; and nothing left of them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeDroplet, publicBlob, type Reached, reach, type TestDroplet } from '#local-cloud/process/droplet.testing.ts'
import { type TestCloud, testCloud } from '#local-cloud/testing.ts'
import { groupProcesses, listGroups } from './cgroups.ts'
import { missingForHost } from './requirements.ts'

const TOKEN = 'dop_v1_host'
const MAIN = path.resolve(import.meta.dirname, '../main.ts')
const missing = missingForHost()

let dataDir: string
const ends: (() => Promise<unknown>)[] = []

beforeEach(() => {
  dataDir = mkdtempSync(path.join(realpathSync(tmpdir()), 'host-driver-'))
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  rmSync(dataDir, { recursive: true, force: true })
})

const instance = () =>
  (JSON.parse(readFileSync(path.join(dataDir, 'host/state.json'), 'utf8')) as { instance: string }).instance

/** Everything on this machine that carries the instance's name. */
function remains(id: string) {
  const groups = listGroups(`berth-${id}-`)
  return {
    namespaces: (existsSync('/run/netns') ? readdirSync('/run/netns') : []).filter((name) => name.includes(id)),
    links: readdirSync('/sys/class/net').filter((name) => name.includes(id)),
    mounts: readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(dataDir) || line.includes(id)),
    groups,
    processes: groups.flatMap(groupProcesses),
    registries: processesWith(path.join(dataDir, 'host/registry')),
  }
}
const NOTHING = { namespaces: [], links: [], mounts: [], groups: [], processes: [], registries: [] }

const processesWith = (text: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return line.includes(text) ? [line] : []
      } catch {
        return []
      }
    })

async function cloudHere(): Promise<TestCloud> {
  const cloud = await testCloud({ driver: 'host', dataDir })
  ends.push(() => cloud.end())
  return cloud
}

async function connected(droplet: TestDroplet): Promise<Reached> {
  const reached = await reach(droplet)
  await vi.waitFor(() => reached.docker.ping(), { timeout: 20_000, interval: 20 })
  return reached
}

async function run(reached: Reached, line: string): Promise<string> {
  const { stdout, stderr } = await reached.command(line)
  return (stdout + stderr).trim()
}

const finished = (reached: Reached) =>
  vi.waitFor(async () => expect(await run(reached, 'ls /var/lib/cloud/instance')).toContain('boot-finished'), {
    timeout: 20_000,
    interval: 20,
  })

/** Pulls and starts the memory server with a volume, as something that runs until it is stopped. */
async function startContainer(reached: Reached, registry: string, name: string): Promise<void> {
  const image = `${registry}/mcp/memory:latest`
  const pulling = await reached.docker.pull(image)
  await new Promise((resolve) => reached.docker.modem.followProgress(pulling, resolve))
  const container = await reached.docker.createContainer({
    name,
    Image: image,
    OpenStdin: true,
    HostConfig: { RestartPolicy: { Name: 'unless-stopped' }, Binds: [`${name}:/data`] },
  })
  await container.start()
}

describe.skipIf(missing !== null)(missing ? `the host driver (${missing})` : 'the host driver', () => {
  test('a droplet has the host key, files and commands of its user data, and its own Docker', async () => {
    const cloud = await cloudHere()
    const droplet = await makeDroplet(cloud, TOKEN, 's-1vcpu-1gb', {
      write_files: [
        { path: '/usr/local/sbin/hello', permissions: '0755', content: '#!/bin/sh\necho hello from "$0"\n' },
        { path: '/etc/docker/daemon.json', content: '{"icc": false}' },
        { path: '/opt/elsewhere', content: 'not possible here' },
      ],
      runcmd: [['sh', '-c', 'echo "$1" > /var/lib/told', 'sh', "it's; $(quoted)"], 'hello > /root/said'],
    })
    const reached = await connected(droplet)
    ends.push(() => reached.close())
    await finished(reached)
    expect(reached.provenHostKey.equals(publicBlob(droplet.hostKey.public))).toBe(true)
    expect(await run(reached, 'cat /var/lib/told /root/said; hostname')).toBe(
      "it's; $(quoted)\nhello from /usr/local/sbin/hello\nd",
    )
    expect(JSON.parse(await run(reached, 'cat /etc/docker/daemon.json'))).toMatchObject({ icc: false })
    expect(cloud.lines.join('\n')).toContain('/opt/elsewhere')
    expect(await reached.docker.info()).toMatchObject({
      Containers: 0,
      Images: 0,
      MemTotal: 2 ** 30,
      CgroupDriver: 'cgroupfs',
    })
  })

  test('a droplet can change nothing of this machine', async () => {
    const cloud = await cloudHere()
    const reached = await connected(await makeDroplet(cloud, TOKEN))
    ends.push(() => reached.close())
    await run(reached, 'echo mine > /etc/berth-probe; echo mine > /root/berth-probe; echo mine > /var/lib/berth-probe')
    expect(await run(reached, 'cat /etc/berth-probe /root/berth-probe /var/lib/berth-probe')).toBe('mine\nmine\nmine')
    for (const file of ['/etc/berth-probe', '/root/berth-probe', '/var/lib/berth-probe'])
      expect(existsSync(file)).toBe(false)
    for (const file of ['/usr/bin/berth-probe', '/opt/berth-probe', '/proc/sys/vm/swappiness'])
      expect(await run(reached, `echo 1 > ${file}`)).toMatch(/Read-only file system|Permission denied/)
    // Its processes are its own, and this machine's host keys are not there.
    expect(await run(reached, 'cat /proc/1/cmdline')).toContain('droplet.sh')
    expect(await run(reached, 'ls /etc/ssh')).not.toMatch(/rsa|ecdsa/)
  })

  test('droplets have addresses and Docker engines of their own, and a container runs from the registry', async () => {
    const cloud = await cloudHere()
    const both = await Promise.all([makeDroplet(cloud, TOKEN), makeDroplet(cloud, TOKEN)])
    const [one, two] = (await Promise.all(both.map(connected))) as [Reached, Reached]
    ends.push(
      () => one.close(),
      () => two.close(),
    )
    await startContainer(one, cloud.registry, 'kept')
    expect(await one.docker.listContainers()).toHaveLength(1)
    expect(await two.docker.listContainers()).toHaveLength(0)
    const addresses = await Promise.all([one, two].map((droplet) => run(droplet, 'ip -4 -o addr show eth0')))
    expect(new Set(addresses.map((text) => /10\.88\.\d+\.\d+/.exec(text)?.[0])).size).toBe(2)
    const pushed = await fetch(`http://${cloud.registry}/v2/mcp/memory/blobs/uploads/`, { method: 'POST' })
    expect(pushed.status).toBe(405)
  })

  test('a droplet that is switched off and on keeps address, data and containers', async () => {
    const cloud = await cloudHere()
    const droplet = await makeDroplet(cloud, TOKEN)
    const before = await connected(droplet)
    await startContainer(before, cloud.registry, 'kept')
    const address = await run(before, 'ip -4 -o addr show eth0')
    await before.close()
    const act = async (type: string, status: string) => {
      await droplet.ask('POST', `/v2/droplets/${droplet.id}/actions`, { type })
      await vi.waitFor(
        async () => expect((await droplet.ask('GET', `/v2/droplets/${droplet.id}`)).body.droplet.status).toBe(status),
        { timeout: 40_000, interval: 50 },
      )
    }
    await act('shutdown', 'off')
    expect(remains(instance())).toMatchObject({ namespaces: [], groups: [], processes: [] })
    await act('power_on', 'active')
    const after = await connected(droplet)
    ends.push(() => after.close())
    expect(after.provenHostKey.equals(before.provenHostKey)).toBe(true)
    expect(await run(after, 'ip -4 -o addr show eth0')).toBe(address)
    await vi.waitFor(async () => expect(await after.docker.listContainers()).toHaveLength(1), { timeout: 20_000 })
  })

  test('deleting a droplet and stopping leave no namespace, link, mount, control group or process', async () => {
    const cloud = await testCloud({ driver: 'host', dataDir })
    const id = instance()
    const droplets = await Promise.all([makeDroplet(cloud, TOKEN), makeDroplet(cloud, TOKEN)])
    const [deleted] = droplets
    for (const reached of await Promise.all(droplets.map(connected))) {
      await startContainer(reached, cloud.registry, 'kept')
      await reached.close()
    }
    expect(remains(id).processes.length).toBeGreaterThan(8)
    await deleted?.ask('DELETE', `/v2/droplets/${deleted.id}`)
    await vi.waitFor(() => expect(remains(id).namespaces).toHaveLength(1), { timeout: 20_000 })
    await cloud.end()
    expect(remains(id)).toEqual(NOTHING)
  })

  test('a second start builds no image', async () => {
    const cloud = await cloudHere()
    expect(cloud.lines.filter((line) => line.includes('built image'))).toHaveLength(6)
    await cloud.restart()
    expect(cloud.lines.filter((line) => line.includes('built image'))).toHaveLength(6)
  })

  test('kill -9 of the local cloud ends its droplets; the next start boots them with their data', async () => {
    const first = await launched()
    const id = instance()
    const droplet = await makeDroplet(first.facts, TOKEN)
    const before = await connected(droplet)
    await startContainer(before, first.facts.registry, 'kept')
    await before.close()
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    await vi.waitFor(() => expect(remains(id)).toMatchObject({ processes: [], registries: [] }), {
      timeout: 20_000,
      interval: 50,
    })

    const ports = [
      '--port',
      new URL(first.facts.url).port,
      '--registry-port',
      String(first.facts.registry.split(':')[1]),
    ]
    const second = await launched(ports)
    const after = await connected(droplet)
    expect(after.provenHostKey.equals(before.provenHostKey)).toBe(true)
    await vi.waitFor(async () => expect(await after.docker.listContainers()).toHaveLength(1), { timeout: 20_000 })
    await after.close()
    second.child.kill('SIGTERM')
    expect(await once(second.child, 'exit')).toEqual([0, null])
    expect(remains(id)).toEqual(NOTHING)
  })

  test('two local clouds at once take two subnets, and a third start over the same folder is refused', async () => {
    const other = mkdtempSync(path.join(realpathSync(tmpdir()), 'host-driver-'))
    ends.push(async () => rmSync(other, { recursive: true, force: true }))
    const clouds = await Promise.all([dataDir, other].map((dir) => testCloud({ driver: 'host', dataDir: dir })))
    ends.push(...clouds.map((cloud) => () => cloud.end()))
    expect(new Set(clouds.map((cloud) => cloud.registry.split(':')[0])).size).toBe(2)
    expect(remains(instance()).links).toEqual([`bb${instance()}`])
    await expect(testCloud({ driver: 'host', dataDir })).rejects.toThrow(/in use by process/)
  })

  test('without root it says so in one line and ends with 2', async () => {
    chownSync(dataDir, 65_534, 65_534)
    const child = spawn(process.execPath, [MAIN, '--driver', 'host', '--data', dataDir, '--port', '0'], {
      uid: 65_534,
      gid: 65_534,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    expect(await once(child, 'close')).toEqual([2, null])
    expect(said).toBe('local-cloud: The host driver needs root: run it as root, or use --driver process.\n')
  })
})

async function launched(
  args: string[] = [],
): Promise<{ child: ChildProcess; facts: Pick<TestCloud, 'url' | 'registry'> }> {
  const options = ['--driver', 'host', '--data', dataDir, '--boot-delay-ms', '0']
  const child = spawn(process.execPath, [MAIN, ...options, ...(args.length > 0 ? args : ['--port', '0'])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  ends.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, facts: JSON.parse(line.slice(line.indexOf('{'))) }
}
