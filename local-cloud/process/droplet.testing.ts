/** A droplet for tests, made through the API and reached as Berth reaches one: SSH, forwarded socket, dockerode. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'
import Docker from 'dockerode'
import ssh2, { type Client } from 'ssh2'
import { expect, vi } from 'vitest'
import { type Ask, asker } from '#local-cloud/api/client.testing.ts'
import type { TestCloud } from '#local-cloud/testing.ts'

export interface KeyPair {
  private: string
  public: string
}

export interface TestDroplet {
  id: number
  ask: Ask
  clientKey: KeyPair
  hostKey: KeyPair
}

export interface Reached {
  ssh: Client
  docker: Docker
  /** Public half of the key that the server proved, as the wire carries it. */
  provenHostKey: Buffer
  command(line: string, input?: string): Promise<{ exitCode: number; stdout: string; stderr: string }>
  forward(port: number): Promise<Duplex>
  close(): Promise<void>
}

/** ssh2 writes one key in 256 so that nobody can read it: then again. */
export function newKeyPair(): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519')
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair
  }
}

export function publicBlob(line: string): Buffer {
  const key = ssh2.utils.parseKey(line)
  if (key instanceof Error) throw key
  return key.getPublicSSH()
}

/** @param config more of the cloud-config */
export async function makeDroplet(
  cloud: Pick<TestCloud, 'url'>,
  token: string,
  size = 's-1vcpu-1gb',
  config: object = {},
): Promise<TestDroplet> {
  const ask = asker(cloud.url, token)
  const [clientKey, hostKey] = [newKeyPair(), newKeyPair()]
  const key = await ask('POST', '/v2/account/keys', { name: 'test', public_key: clientKey.public })
  // JSON is YAML, so this is a cloud-config with both halves of the key.
  const userData = `#cloud-config\n${JSON.stringify({ ...config, ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public } })}`
  const made = await ask('POST', '/v2/droplets', {
    name: 'd',
    region: 'fra1',
    size,
    image: 'debian-12-x64',
    ssh_keys: [key.body.ssh_key.id],
    user_data: userData,
  })
  return { id: made.body.droplet.id, ask, clientKey, hostKey }
}

/** Waits until the droplet is active, then connects. */
export async function reach(droplet: TestDroplet, username = 'root'): Promise<Reached> {
  const show = () => droplet.ask('GET', `/v2/droplets/${droplet.id}`)
  await vi.waitFor(async () => expect((await show()).body.droplet.status).toBe('active'), {
    timeout: 10_000,
    interval: 20,
  })
  const { tags, networks } = (await show()).body.droplet
  const port = Number(tags.find((tag: string) => tag.startsWith('ssh-port:'))?.slice('ssh-port:'.length) ?? 22)
  const host = networks.v4.find((network: { type: string }) => network.type === 'public').ip_address
  const ssh = new ssh2.Client()
  let provenHostKey: Buffer = Buffer.alloc(0)
  ssh.connect({
    host,
    port,
    username,
    privateKey: droplet.clientKey.private,
    hostVerifier: (key: Buffer) => {
      provenHostKey = key
      return true
    },
  })
  await once(ssh, 'ready')
  // Tests kill the server under the connection.
  ssh.on('error', () => {})
  ssh.setNoDelay(true)
  const { docker, close } = await forwardedDocker(ssh, droplet.id)
  return {
    ssh,
    docker,
    provenHostKey,
    command: (line, input) => runCommand(ssh, line, input),
    forward: (to) =>
      new Promise((resolve, reject) => {
        ssh.forwardOut('127.0.0.1', 0, '127.0.0.1', to, (error, channel) => (error ? reject(error) : resolve(channel)))
      }),
    async close() {
      await close()
      ssh.end()
      await once(ssh, 'close')
    },
  }
}

function runCommand(ssh: Client, line: string, input = '') {
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve, reject) => {
    ssh.exec(line, (error, channel) => {
      if (error) return reject(error)
      let stdout = ''
      let stderr = ''
      channel.on('data', (chunk: Buffer) => {
        stdout += chunk
      })
      channel.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk
      })
      channel.on('close', (exitCode: number) => resolve({ exitCode, stdout, stderr }))
      channel.end(input)
    })
  })
}

let sockets = 0

/** dockerode unmodified, on a local socket whose connections end at the droplet's Docker socket. */
async function forwardedDocker(ssh: Client, id: number) {
  const socketPath = path.join('/tmp', `lc-${process.pid}-${id}-${sockets++}.sock`)
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    ssh.openssh_forwardOutStreamLocal('/var/run/docker.sock', (error, channel) => {
      if (error) return socket.destroy()
      socket.pipe(channel).pipe(socket)
      finished(channel).catch(() => socket.destroy())
    })
  })
  server.listen(socketPath)
  await once(server, 'listening')
  return {
    docker: new Docker({ socketPath }),
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
