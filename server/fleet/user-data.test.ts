import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  BOOTSTRAP_STATUS,
  execKill,
  HOST_KEY_ADD,
  HOST_KEY_FINISH,
  PROC_STATS,
} from '#server/engine/remote-commands.ts'
import { generateKeyPair } from './key-pair.ts'
import { userData } from './user-data.ts'

const FILES = path.join(import.meta.dirname, 'droplet-files')
const SCRIPTS = readdirSync(FILES).filter((name) => name.endsWith('.sh'))
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
const scratch = mkdtempSync(path.join(os.tmpdir(), 'berth-user-data-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const document = () => {
  const key = generateKeyPair()
  return userData({ hostKeyPrivate: key.privateKey, hostKeyPublic: key.publicLine })
}

describe('the document', () => {
  test.skipIf(!has('cloud-init'))(
    'is one that cloud-init itself accepts (skipped where cloud-init is not installed)',
    () => {
      const file = path.join(scratch, 'user-data')
      writeFileSync(file, document())
      const checked = spawnSync('cloud-init', ['schema', '--config-file', file], { encoding: 'utf8' })
      expect(checked.stdout + checked.stderr).toMatch(/Valid (schema|cloud-config)/)
      expect(checked.status).toBe(0)
    },
  )

  test('stays below the 64 KiB that DigitalOcean takes', () => {
    expect(Buffer.byteLength(document())).toBeLessThan(64 * 1024)
  })

  test('R1: differs between droplets in the host key alone, and has no place for anything a user typed', () => {
    const fixed = (text: string) => {
      const { ssh_keys: _, ...rest } = parse(text) as Record<string, unknown>
      return rest
    }
    expect(fixed(document())).toEqual(fixed(document()))
    expect(document()).not.toBe(document())
  })

  test('says this', () => {
    const text = userData({ hostKeyPrivate: 'PRIVATE\n', hostKeyPublic: 'ssh-ed25519 PUBLIC' })
    expect(text.startsWith('#cloud-config\n')).toBe(true)
    const config = parse(text) as { write_files: { path: string; permissions: string; content: string }[] }
    const files = config.write_files.map(({ content, ...f }) => `${f.permissions} ${f.path} (${content.length > 0})`)
    expect({ ...config, write_files: files }).toMatchInlineSnapshot(`
      {
        "disable_root": false,
        "package_update": true,
        "packages": [
          "docker.io",
          "unattended-upgrades",
        ],
        "runcmd": [
          [
            "/usr/local/sbin/berth-setup",
          ],
        ],
        "ssh_deletekeys": true,
        "ssh_keys": {
          "ed25519_private": "PRIVATE
      ",
          "ed25519_public": "ssh-ed25519 PUBLIC",
        },
        "ssh_pwauth": false,
        "swap": {
          "filename": "/swapfile",
          "size": 536870912,
        },
        "write_files": [
          "0755 /usr/local/sbin/berth-droplet (true)",
          "0755 /usr/local/sbin/berth-metadata (true)",
          "0755 /usr/local/sbin/berth-setup (true)",
          "0644 /etc/systemd/system/berth-metadata.service (true)",
          "0644 /etc/ssh/sshd_config.d/10-berth.conf (true)",
          "0644 /etc/docker/daemon.json (true)",
          "0644 /etc/apt/apt.conf.d/52berth-upgrades (true)",
        ],
      }
    `)
    const daemon = config.write_files.find((f) => f.path.endsWith('daemon.json'))?.content
    expect(JSON.parse(daemon ?? '')).toEqual({
      'live-restore': true,
      'no-new-privileges': true,
      icc: false,
      'default-address-pools': [{ base: '172.30.0.0/16', size: 27 }],
      'log-driver': 'json-file',
      'log-opts': { 'max-size': '10m', 'max-file': '3' },
    })
  })
})

describe('the scripts', () => {
  test.each(SCRIPTS)('%s is POSIX shell', (name) => {
    execFileSync('sh', ['-n', path.join(FILES, name)])
  })

  test.skipIf(!has('shellcheck')).each(SCRIPTS)('%s leaves shellcheck silent (skipped without shellcheck)', (name) => {
    expect(spawnSync('shellcheck', ['-s', 'sh', path.join(FILES, name)], { encoding: 'utf8' }).stdout).toBe('')
  })

  test('each word that Berth may say to a droplet has its answer', () => {
    const script = readFileSync(path.join(FILES, 'berth-droplet.sh'), 'utf8')
    for (const command of [BOOTSTRAP_STATUS, HOST_KEY_ADD, HOST_KEY_FINISH, PROC_STATS]) {
      const [program, word, ...rest] = command.split(' ')
      expect(program).toBe('berth-droplet')
      expect(rest).toEqual([])
      expect(script).toContain(`\n${word}) `)
    }
  })
})

describe.skipIf(!has('ssh-keygen'))('berth-droplet in a root of its own (skipped without ssh-keygen)', () => {
  let root = ''
  let bin = ''
  const ssh = (...parts: string[]) => path.join(root, 'etc/ssh', ...parts)
  const stub = (name: string, body: string) => {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${body}\n`)
    chmodSync(path.join(bin, name), 0o755)
  }
  const run = (command: string, input = '') =>
    spawnSync('sh', [path.join(FILES, 'berth-droplet.sh'), ...command.split(' ').slice(1)], {
      input,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, BERTH_ROOT: root },
    })
  const served = () => readFileSync(ssh('sshd_config.d/05-berth-host-keys.conf'), 'utf8').trim().split('\n')
  const publicOf = (line: string) =>
    execFileSync('ssh-keygen', ['-y', '-P', '', '-f', path.join(root, line.replace('HostKey ', ''))], {
      encoding: 'utf8',
    }).trim()
  const calls = () => (existsSync(path.join(root, 'calls')) ? readFileSync(path.join(root, 'calls'), 'utf8') : '')

  beforeEach(() => {
    root = mkdtempSync(path.join(scratch, 'root-'))
    bin = path.join(root, 'bin')
    mkdirSync(bin)
    mkdirSync(ssh('sshd_config.d'), { recursive: true })
    writeFileSync(ssh('sshd_config'), '')
    writeFileSync(ssh('ssh_host_ed25519_key'), generateKeyPair().privateKey, { mode: 0o600 })
    stub('systemctl', `echo "$@" >>"${root}/calls"`)
    stub('sshd', 'exit 0')
  })

  const status = () => JSON.parse(run(BOOTSTRAP_STATUS).stdout) as { status: string; detail: string }
  const touch = (file: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), '')
  }

  test('bootstrap-status runs until the droplet was prepared and Docker is up', () => {
    expect(status()).toEqual({ status: 'running', detail: 'cloud-init is at work' })
    touch('var/lib/berth/prepared')
    stub('systemctl', 'exit 3')
    expect(status()).toEqual({ status: 'running', detail: 'Docker is starting' })
    stub('systemctl', 'exit 0')
    expect(status()).toEqual({ status: 'done', detail: 'Docker is up' })
  })

  test('bootstrap-status is an error when cloud-init ended without preparing the droplet', () => {
    touch('var/lib/cloud/instance/boot-finished')
    expect(status().status).toBe('error')
  })

  test('a rotation serves the new key first, then only it', () => {
    const key = generateKeyPair()
    expect(run(HOST_KEY_ADD, key.privateKey)).toMatchObject({ status: 0, stdout: '' })
    const lines = served()
    expect(lines).toHaveLength(2)
    expect(publicOf(lines[0] ?? '')).toBe(key.publicLine)
    expect(lines[1]).toBe('HostKey /etc/ssh/ssh_host_ed25519_key')
    expect(calls()).toBe('reload ssh\n')

    expect(run(HOST_KEY_FINISH).status).toBe(0)
    expect(served()).toEqual([lines[0]])
    expect(existsSync(ssh('ssh_host_ed25519_key'))).toBe(false)
    expect(publicOf(served()[0] ?? '')).toBe(key.publicLine)
  })

  test('a rotation may be resumed anywhere: each half done twice changes nothing more', () => {
    const key = generateKeyPair()
    run(HOST_KEY_ADD, key.privateKey)
    const once = served()
    expect(run(HOST_KEY_ADD, key.privateKey).status).toBe(0)
    expect(served()).toEqual(once)
    run(HOST_KEY_FINISH)
    expect(run(HOST_KEY_ADD, key.privateKey).status).toBe(0)
    expect(run(HOST_KEY_FINISH).status).toBe(0)
    expect(served()).toEqual([once[0]])
    expect(readdirSync(ssh()).sort()).toEqual(
      [(once[0] ?? '').replace('HostKey /etc/ssh/', ''), 'sshd_config', 'sshd_config.d'].sort(),
    )
  })

  test('finishing without a rotation keeps the first key', () => {
    expect(run(HOST_KEY_FINISH).status).toBe(0)
    expect(existsSync(ssh('ssh_host_ed25519_key'))).toBe(true)
  })

  test('what is no private key is refused and nothing changes', () => {
    const refused = run(HOST_KEY_ADD, 'not a key\n')
    expect(refused.status).toBe(1)
    expect(readdirSync(ssh()).sort()).toEqual(['ssh_host_ed25519_key', 'sshd_config', 'sshd_config.d'])
    expect(calls()).toBe('')
  })

  test('a configuration that sshd refuses is taken back, and sshd is not reloaded', () => {
    run(HOST_KEY_ADD, generateKeyPair().privateKey)
    const before = served()
    stub('sshd', 'exit 255')
    expect(run(HOST_KEY_ADD, generateKeyPair().privateKey).status).toBe(1)
    expect(served()).toEqual(before)
    expect(calls()).toBe('reload ssh\n')
  })

  test.skipIf(process.platform !== 'linux')('proc-stats prints numbers (Linux only)', () => {
    const stats = JSON.parse(run(PROC_STATS).stdout) as Record<string, number>
    expect(Object.keys(stats)).toEqual([
      'memTotalBytes',
      'memAvailableBytes',
      'load1',
      'cpus',
      'diskTotalBytes',
      'diskFreeBytes',
    ])
    for (const value of Object.values(stats)) expect(value).toBeGreaterThanOrEqual(0)
    expect(stats.memTotalBytes).toBeGreaterThan(2 ** 20)
  })

  test('exec-kill signals nothing that does not belong to the container', () => {
    const bystander = spawn('sleep', ['60'])
    const cgroup = path.join(root, 'proc', String(bystander.pid), 'cgroup')
    mkdirSync(path.dirname(cgroup), { recursive: true })
    writeFileSync(cgroup, `0::/docker/${'a'.repeat(64)}\n`)
    const kill = execKill({ pid: bystander.pid ?? 0, containerId: 'b'.repeat(64) })
    expect(run(kill).status).toBe(0)
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull()
    bystander.kill()
  })

  test('exec-kill ends the whole process group, by SIGKILL when it must', async () => {
    const containerId = 'c'.repeat(64)
    const stubborn = spawn('sh', ['-c', "trap '' TERM; sleep 60 & echo ready; wait; sleep 60"], { detached: true })
    await once(stubborn.stdout, 'data')
    const dir = path.join(root, 'proc', String(stubborn.pid))
    mkdirSync(dir, { recursive: true })
    writeFileSync(path.join(dir, 'cgroup'), `0::/system.slice/docker-${containerId}.scope\n`)
    stubborn.once('exit', () => rmSync(dir, { recursive: true }))
    const ended = once(stubborn, 'exit')
    const killer = spawn('sh', [path.join(FILES, 'berth-droplet.sh'), 'exec-kill', String(stubborn.pid), containerId], {
      env: { ...process.env, BERTH_ROOT: root },
    })
    expect(await once(killer, 'exit')).toEqual([0, null])
    expect(await ended).toEqual([null, 'SIGKILL'])
  })

  test.each([
    `berth-droplet exec-kill 1 ${'a'.repeat(64)}`,
    `berth-droplet exec-kill 22;id ${'a'.repeat(64)}`,
    'berth-droplet exec-kill 22 ../../etc',
    'berth-droplet exec-kill 22',
  ])('R1: `%s` is refused by the script too', (command) => {
    expect(run(command).status).toBe(1)
  })

  test('any other word is refused', () => {
    expect(run('berth-droplet reboot').status).toBe(1)
  })
})
