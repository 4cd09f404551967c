import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DropletSpec } from '#local-cloud/driver.ts'
import { layerPath, seedDroplet } from './seed.ts'

let dir: string
let log: string[]
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'seed-'))
  log = []
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const read = (file: string) => readFileSync(path.join(dir, file), 'utf8')

function seed(userData: string): void {
  const spec: DropletSpec = {
    id: 7,
    name: 'seven',
    region: 'fra1',
    memoryBytes: 2 ** 30,
    vcpus: 1,
    diskBytes: 1,
    userData,
    authorizedKeys: ['ssh-ed25519 AAAA account'],
  }
  seedDroplet(spec, dir, {
    insecureRegistries: ['10.88.7.0/24'],
    cgroupParent: '/berth-x-7/docker',
    log: (line) => log.push(line),
  })
}

test.each([
  ['/etc/docker/daemon.json', 'etc/docker/daemon.json'],
  ['/usr/local/sbin/berth-droplet', 'sbin/berth-droplet'],
  ['/root/.profile', 'root/.profile'],
  ['/var/lib/x', 'var/lib/x'],
  ['/etc/../root/x', 'root/x'],
  ['/etc/../../../usr/bin/sh', null],
  ['/etc', null],
  ['/opt/x', null],
  ['etc/x', null],
])('a droplet can write %s: %s', (absolute, expected) => {
  expect(layerPath(absolute)).toBe(expected)
})

test('user data becomes files with their modes, whatever the umask', () => {
  const before = process.umask(0o077)
  try {
    seed(`#cloud-config
write_files:
  - {path: /usr/local/sbin/tool, permissions: '0755', content: "#!/bin/sh\\n"}
  - {path: /etc/secret, permissions: '0600', encoding: b64, content: aGVsbG8=}
`)
  } finally {
    process.umask(before)
  }
  expect(statSync(path.join(dir, 'sbin/tool')).mode & 0o777).toBe(0o755)
  expect(statSync(path.join(dir, 'etc/secret')).mode & 0o777).toBe(0o600)
  expect(read('etc/secret')).toBe('hello')
})

test("root's keys are the account's and those of the user data", () => {
  seed('#cloud-config\nssh_authorized_keys: ["ssh-ed25519 BBBB more"]\n')
  expect(read('root/.ssh/authorized_keys')).toBe('ssh-ed25519 AAAA account\nssh-ed25519 BBBB more\n')
  expect(statSync(path.join(dir, 'root/.ssh/authorized_keys')).mode & 0o777).toBe(0o600)
})

test('R1: the words of a command stay apart, so that nothing in one becomes shell', () => {
  seed(`#cloud-config\nruncmd: [[echo, "a b", "$(x); y"], "echo text | cat"]\n`)
  const commands = 'var/lib/cloud/instance/runcmd'
  expect(readdirSync(path.join(dir, commands)).sort()).toEqual(['000.argv', '001.sh'])
  expect(read(`${commands}/000.argv`)).toBe('echo\0a b\0$(x); y')
  expect(read(`${commands}/001.sh`)).toBe('echo text | cat\n')
})

test("the user data's Docker settings are kept beside what these droplets need", () => {
  seed(`#cloud-config\nwrite_files: [{path: /etc/docker/daemon.json, content: '{"live-restore": true}'}]\n`)
  expect(JSON.parse(read('etc/docker/daemon.json'))).toEqual({
    'live-restore': true,
    'insecure-registries': ['10.88.7.0/24'],
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
    'cgroup-parent': '/berth-x-7/docker',
  })
})

test('user data that is none, or that no one can read, stops no boot', () => {
  seed('')
  rmSync(dir, { recursive: true })
  seed('#cloud-config\nwrite_files: 7\n')
  expect(log.join()).toContain('droplet 7: user data')
  expect(read('root/.ssh/authorized_keys')).toContain('AAAA')
})
