import { readdirSync } from 'node:fs'
import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { BerthError } from '#server/errors.ts'
import type { Engine } from './port.ts'
import { BOOTSTRAP_STATUS, HOST_KEY_ADD } from './remote-commands.ts'
import { atEnd, clientKey, failure, hostKey, infoOnly, json, PATIENT, setUp } from './testing.ts'
import { newKeyPair, startTestDroplet } from './testing-droplet.ts'

describe('host keys', () => {
  test('another host key than the given ones is refused, and nothing is sent to it', async () => {
    const { droplet, pool } = await setUp({ hostKey: newKeyPair() }, (d) => ({
      resolve: async () => d.target({ hostKeys: [hostKey.publicLine] }),
    }))
    expect((await failure(pool.engine('d'))).code).toBe('SSH_HOST_KEY_MISMATCH')
    expect([droplet.connectionsEver, droplet.channels]).toEqual([1, 0])
    expect(pool.provenHostKey('d')).toBeNull()
  })

  test('while a rotation is pending either key is accepted, and the proven one is told', async () => {
    const pending = newKeyPair()
    const { droplet, pool } = await setUp({ docker: infoOnly }, (d) => ({
      resolve: async () => d.target({ hostKeys: [hostKey.publicLine, pending.publicLine] }),
    }))
    await pool.engine('d')
    expect(pool.provenHostKey('d')).toBe(hostKey.publicLine)
    droplet.useHostKey(pending)
    expect(await pool.probeHostKey('d')).toBe(pending.publicLine)
    // The shared connection was not cut for it.
    expect(pool.provenHostKey('d')).toBe(hostKey.publicLine)
    pool.forget('d')
    await pool.engine('d')
    expect(pool.provenHostKey('d')).toBe(pending.publicLine)
  })

  test('a key that was stored between the look and the answer is looked up once more', async () => {
    const rotated = newKeyPair()
    let looks = 0
    const { pool } = await setUp({ hostKey: rotated }, (d) => ({
      resolve: async () => d.target({ hostKeys: looks++ === 0 ? [hostKey.publicLine] : [rotated.publicLine] }),
    }))
    await pool.engine('d')
    expect(pool.provenHostKey('d')).toBe(rotated.publicLine)
  })

  test('a droplet that refuses our key is told at once', async () => {
    const { droplet, pool } = await setUp({}, (d) => ({
      resolve: async () => d.target({ privateKey: newKeyPair().private }),
    }))
    const error = await failure(pool.engine('d'))
    expect([error.code, droplet.connectionsEver]).toEqual(['SSH_UNREACHABLE', 1])
  })

  test('R12: a private key that can not be read is in no error', async () => {
    const { pool } = await setUp({}, (d) => ({ resolve: async () => d.target({ privateKey: 'canary-key' }) }))
    const error = await failure(pool.engine('d'))
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('canary-key')
  })
})

describe('one connection a droplet', () => {
  test('callers at once share one connection; 1,000 calls use at most 16 channels and leak no descriptor', async () => {
    const { droplet, pool } = await setUp({ docker: infoOnly })
    const engines = await Promise.all(Array.from({ length: 50 }, () => pool.engine('d')))
    expect(droplet.connectionsEver).toBe(1)
    const [engine] = engines as [Engine]
    await engine.info()
    const before = readdirSync('/proc/self/fd').length
    for (let round = 0; round < 3; round++) {
      const infos = await Promise.all(Array.from({ length: 1000 }, () => engine.info()))
      expect(infos[999]).toEqual({ version: '27.5', lacks: ['seccomp'], memoryBytes: 1024, cpus: 2 })
    }
    expect(droplet.channelsMost).toBeLessThanOrEqual(16)
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before)
  })

  test('a cut connection is made anew under a call that was on its way', async () => {
    const held: ServerResponse[] = []
    const { droplet, pool } = await setUp({
      docker: (request, response) => {
        if (held.length === 0) held.push(response)
        else infoOnly(request, response)
      },
    })
    const engine = await pool.engine('d')
    const answer = engine.info()
    await expect.poll(() => held.length, PATIENT).toBe(1)
    droplet.cut()
    expect((await answer).version).toBe('27.5')
    expect(droplet.connectionsEver).toBe(2)
  })

  test('a droplet that comes back within the deadline is reached, with few attempts', async () => {
    const { droplet, pool } = await setUp({ docker: infoOnly })
    const { port } = droplet.target()
    const engine = await pool.engine('d')
    await droplet.close()
    const waiting = Promise.all(Array.from({ length: 20 }, () => engine.info()))
    await expect.poll(() => pool.provenHostKey('d'), PATIENT).toBeNull()
    const again = await startTestDroplet({ hostKey, clientKey, docker: infoOnly, port })
    atEnd(() => again.close())
    await waiting
    expect(again.connectionsEver).toBe(1)
  })

  test('a droplet that stays away is SSH_UNREACHABLE after the deadline', async () => {
    const { droplet, pool } = await setUp({}, () => ({ connectDeadlineMs: 300 }))
    await droplet.close()
    expect((await failure(pool.engine('d'))).code).toBe('SSH_UNREACHABLE')
  })

  test('an unused connection is dropped and made anew by the next call; a used one stays', async () => {
    const { droplet, pool } = await setUp({ docker: infoOnly }, () => ({ idleMs: 80 }))
    const engine = await pool.engine('d')
    await expect.poll(() => droplet.connections, PATIENT).toBe(0)
    await engine.info()
    expect(droplet.connectionsEver).toBe(2)
  })

  test('a pool that closes leaves no connection', async () => {
    const { droplet, pool } = await setUp({ docker: infoOnly })
    await (await pool.engine('d')).info()
    await pool.close()
    await expect.poll(() => droplet.connections, PATIENT).toBe(0)
    expect((await failure(pool.engine('d'))).code).toBe('SSH_UNREACHABLE')
  })
})

describe('agentFor', () => {
  test('reaches a port of the droplet over reused channels', async () => {
    const server = createServer((request, response) => response.end(`port says ${request.url}`))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    atEnd(async () => void server.close())
    const { droplet, pool } = await setUp()
    const agent = (await pool.engine('d')).agentFor((server.address() as AddressInfo).port)
    for (let i = 0; i < 20; i++) {
      const body = await new Promise<string>((resolve, reject) => {
        get({ host: 'droplet', path: `/${i}`, agent }, (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => {
            text += chunk
          })
          response.on('end', () => resolve(text))
        }).on('error', reject)
      })
      expect(body).toBe(`port says /${i}`)
    }
    expect(droplet.channelsMost).toBe(1)
  })

  test('a port that nothing listens on is an error of the request, and the connection lives on', async () => {
    const { droplet, pool } = await setUp({ docker: infoOnly })
    const engine = await pool.engine('d')
    const agent = engine.agentFor(1)
    await expect(
      new Promise((resolve, reject) => get({ host: 'droplet', agent }, resolve).on('error', reject)),
    ).rejects.toThrow()
    await engine.info()
    expect(droplet.connectionsEver).toBe(1)
  })
})

describe('commands', () => {
  test('a literal runs with its stdin and gives its stdout', async () => {
    const { droplet, pool } = await setUp({
      command: (_, stdin) => ({ stdout: `read ${stdin}`, code: 0 }),
    })
    expect(await pool.command('d', HOST_KEY_ADD, { input: 'key' })).toBe('read key')
    expect(droplet.commands).toEqual(['berth-droplet host-key-add'])
    await expect.poll(() => droplet.channels, PATIENT).toBe(0)
  })

  test('one that ends before it has read anything is heard', async () => {
    const { pool } = await setUp({ commandAtOnce: () => ({ stdout: '', stderr: 'not found', code: 127 }) })
    const failed = await failure(pool.command('d', BOOTSTRAP_STATUS))
    expect(failed.message).toBe('`berth-droplet bootstrap-status` ended with 127: not found')
  })

  test('a failing one tells what it said, a silent one ends at its deadline', async () => {
    const { droplet, pool } = await setUp({
      command: (command) => (command.includes('bootstrap') ? null : { stdout: '', stderr: 'no such key', code: 3 }),
    })
    const failed = await failure(pool.command('d', HOST_KEY_ADD))
    expect([failed.code, failed.message]).toEqual([
      'ENGINE_REJECTED',
      '`berth-droplet host-key-add` ended with 3: no such key',
    ])
    expect((await failure(pool.command('d', BOOTSTRAP_STATUS, { deadlineMs: 50 }))).code).toBe('ENGINE_UNAVAILABLE')
    await expect.poll(() => droplet.channels, PATIENT).toBe(0)
  })

  test('more commands than sshd allows sessions wait for their turn', async () => {
    let most = 0
    const { droplet, pool } = await setUp({ command: () => ({ stdout: 'ok', code: 0 }) })
    const watch = setInterval(() => {
      most = Math.max(most, droplet.channels)
    }, 1)
    await Promise.all(Array.from({ length: 40 }, () => pool.command('d', BOOTSTRAP_STATUS)))
    clearInterval(watch)
    expect(most).toBeLessThanOrEqual(8)
    expect(droplet.commands).toHaveLength(40)
  })
})

describe('deadlines', () => {
  test('an abort ends a call that nobody answers, with the reason it was given', async () => {
    const { pool } = await setUp({ docker: () => {} })
    const engine = await pool.engine('d')
    const controller = new AbortController()
    const call = failure(engine.info({ signal: controller.signal }))
    controller.abort(new BerthError('STEP_TIMEOUT', 'too slow'))
    expect((await call).code).toBe('STEP_TIMEOUT')
  })

  test("the Docker Engine's own message reaches the reader", async () => {
    const { pool } = await setUp({ docker: (_, r) => json(r, 500, { message: 'no space left on device' }) })
    const error = await failure((await pool.engine('d')).startContainer('c'))
    expect([error.code, error.message]).toEqual([
      'ENGINE_REJECTED',
      'The Docker Engine could not start the container: no space left on device',
    ])
  })
})
