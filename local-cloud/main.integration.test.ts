import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { asker } from './api/client.testing.ts'
import { makeDroplet, reach } from './process/droplet.testing.ts'
import { startTime } from './process/reaper.ts'
import type { TestCloud } from './testing.ts'

const MAIN = path.join(import.meta.dirname, 'main.ts')

let dataDir: string
const started: ChildProcess[] = []

beforeEach(() => {
  dataDir = mkdtempSync(path.join(realpathSync(tmpdir()), 'local-cloud-'))
})
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(dataDir, { recursive: true, force: true })
})

function launch(args: string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  return child
}

async function ready(
  args: string[] = [],
): Promise<{ child: ChildProcess; facts: Pick<TestCloud, 'url' | 'registry'> }> {
  const child = launch(['--port', '0', '--data', dataDir, '--boot-delay-ms', '0', ...args])
  if (!child.stdout) throw new Error('no stdout')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, facts: JSON.parse(line.slice(line.indexOf('{'))) }
}

/** A container on a new droplet; returns the number of its process. */
async function runContainer(facts: Pick<TestCloud, 'url' | 'registry'>): Promise<number> {
  const reached = await reach(await makeDroplet(facts as TestCloud, 'dop_v1_main'))
  const image = `${facts.registry}/mcp/everything:latest`
  const pulling = await reached.docker.pull(image)
  await new Promise((resolve) => reached.docker.modem.followProgress(pulling, resolve))
  const container = await reached.docker.createContainer({
    Image: image,
    HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
  })
  await container.start()
  const { Pid } = (await container.inspect()).State
  await reached.close()
  return Pid
}

const isAlive = (pid: number) => startTime(pid) !== null
const remembered = () => {
  const droplets = path.join(dataDir, 'droplets')
  return readdirSync(droplets).flatMap((id) => readdirSync(path.join(droplets, id, 'engine', 'processes')).map(Number))
}

describe('the command line', () => {
  test.each([
    [['--port', 'x'], '--port is x, but must be a number from 0 to 65535'],
    [['--driver', 'cloud'], '--driver is cloud, but must be process or host'],
    [['--speed', '9'], "Unknown option '--speed'"],
  ])('%j is refused with one sentence', async (args, sentence) => {
    const child = launch(args)
    let errors = ''
    child.stderr?.on('data', (chunk) => {
      errors += chunk
    })
    expect(await once(child, 'close')).toEqual([2, null])
    expect(errors).toBe(`local-cloud: ${sentence} (see --help)\n`)
  })

  test('a port in use and a folder in use are told with what to do', async () => {
    const { facts } = await ready()
    const errorsOf = async (args: string[]) => {
      const child = launch(args)
      let errors = ''
      child.stderr?.on('data', (chunk) => {
        errors += chunk
      })
      expect((await once(child, 'close'))[0]).toBe(1)
      return errors
    }
    const port = new URL(facts.url).port
    const elsewhere = path.join(dataDir, 'other')
    expect(await errorsOf(['--port', port, '--registry-port', '0', '--data', elsewhere])).toContain(
      `port ${port} is in use`,
    )
    expect(await errorsOf(['--port', '0', '--data', dataDir])).toContain('is in use by process')
  })
})

describe('I9: nothing is left running', () => {
  test('SIGTERM ends every container and exits 0', async () => {
    const { child, facts } = await ready()
    const pid = await runContainer(facts)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(isAlive(pid)).toBe(false)
    expect(remembered()).toEqual([])
  })

  test('kill -9 takes the containers along, and the next start runs them again', async () => {
    const { child, facts } = await ready()
    const pid = await runContainer(facts)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false)
    const again = await ready()
    await expect
      .poll(() => remembered().filter((other) => other !== pid && isAlive(other)).length, { timeout: 5000 })
      .toBe(1)
    const { droplets } = (await asker(again.facts.url, 'dop_v1_main')('GET', '/v2/droplets')).body
    expect(droplets).toMatchObject([{ status: 'active' }])
  })

  test('the parent that it was told of takes it along', async () => {
    const parent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    started.push(parent)
    const { child } = await ready(['--parent-pid', String(parent.pid)])
    parent.kill('SIGKILL')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test('a droplet that was booting when it died boots at the next start', async () => {
    const { child, facts } = await ready(['--boot-delay-ms', '60000'])
    const ask = asker(facts.url, 'dop_v1_boot')
    const body = { name: 'd', region: 'fra1', size: 's-1vcpu-1gb', image: 'debian-12-x64' }
    const { id } = (await ask('POST', '/v2/droplets', body)).body.droplet
    child.kill('SIGKILL')
    await once(child, 'exit')
    const again = asker((await ready()).facts.url, 'dop_v1_boot')
    await expect
      .poll(async () => (await again('GET', `/v2/droplets/${id}`)).body.droplet.status, { timeout: 5000 })
      .toBe('active')
  })
})

test('R12: no token is written to disk', async () => {
  const { facts } = await ready()
  await asker(facts.url, 'dop_v1_secretsecret')('POST', '/v2/tags', { name: 'x' })
  const [file = ''] = readdirSync(path.join(dataDir, 'accounts'))
  expect(file + readFileSync(path.join(dataDir, 'accounts', file), 'utf8')).not.toContain('secretsecret')
})
