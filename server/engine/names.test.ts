import type { Duplex } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BerthError } from '#server/errors.ts'
import type { ContainerSpec } from './port.ts'
import { recordingDocker, setUp, spec } from './testing.ts'

const HOST_CONFIG_KEYS = [
  'CapDrop',
  'Init',
  'LogConfig',
  'Memory',
  'MemorySwap',
  'Mounts',
  'NanoCpus',
  'NetworkMode',
  'PidsLimit',
  'PortBindings',
  'ReadonlyRootfs',
  'RestartPolicy',
  'SecurityOpt',
  'Tmpfs',
]

describe('R3: no string changes a request', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      ';id',
      '$(id)',
      '`id`',
      "'",
      '"',
      '\n',
      '&',
      '\0',
      '../../info',
      '‮abc',
      'a?x=1',
      '#',
      '%2e%2e%2f',
      '/',
    ),
    fc.string({ minLength: 5000, maxLength: 6000 }),
  )

  test('in a container: variables, arguments, labels, names', async () => {
    const docker = recordingDocker()
    const { pool } = await setUp({ docker: docker.listener })
    const engine = await pool.engine('d')
    const fields = fc.constantFrom('env', 'envKey', 'cmd', 'label', 'name', 'image', 'network', 'volume', 'path')
    await fc.assert(
      fc.asyncProperty(fields, nasty, async (field, value) => {
        docker.created.length = 0
        docker.urls.length = 0
        const changed: ContainerSpec = { ...spec }
        if (field === 'env') changed.env = { KEY: value }
        if (field === 'envKey') changed.env = { [value]: 'x' }
        if (field === 'cmd') changed.cmd = ['--x', value]
        if (field === 'label') changed.labels = { ...spec.labels, 'berth.note': value }
        if (field === 'name') changed.name = value
        if (field === 'image') changed.image = value
        if (field === 'network') changed.network = value
        if (field === 'volume') changed.volumes = [{ name: value, path: '/data' }]
        if (field === 'path') changed.volumes = [{ name: 'v', path: value }]
        docker.setLabels(changed.labels)
        const outcome = await engine.ensureContainer(changed).catch((error: BerthError) => error)
        if (outcome instanceof BerthError) {
          expect(outcome.code).toBe('INVALID_INPUT')
          expect(docker.urls).toEqual([])
          return
        }
        const { url, body } = docker.created[0] ?? { url: '', body: {} }
        expect(url).toBe(`/containers/create?name=${changed.name}`)
        expect(body).toMatchObject({
          Image: changed.image,
          Env: Object.entries(changed.env).map(([k, v]) => `${k}=${v}`),
          Cmd: changed.cmd,
          Labels: changed.labels,
        })
        // toMatchObject: nothing else in HostConfig may have moved.
        const host = body.HostConfig as Record<string, unknown>
        expect(Object.keys(host).toSorted()).toEqual(HOST_CONFIG_KEYS)
        expect([host.NetworkMode, host.CapDrop, host.SecurityOpt]).toEqual([
          changed.network,
          ['ALL'],
          ['no-new-privileges'],
        ])
      }),
      { numRuns: 300 },
    )
  })

  test('in a path: names, ids, image references', async () => {
    const docker = recordingDocker()
    // A process that can't be started is answered too.
    const upgrade = (_: string, socket: Duplex) => void socket.end('HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n')
    const { pool } = await setUp({ docker: docker.listener, upgrade })
    const engine = await pool.engine('d')
    const calls = fc.constantFrom<(value: string) => Promise<unknown>>(
      (v) => engine.container(v),
      (v) => engine.startContainer(v),
      (v) => engine.stopContainer(v),
      (v) => engine.removeContainer(v),
      (v) => engine.image(v),
      (v) => engine.removeImage(v),
      (v) => engine.pull(v),
      (v) => engine.removeNetwork(v),
      (v) => engine.removeVolume(v),
      (v) => engine.exec(v, ['x']),
      (v) => engine.containers({ label: v }),
    )
    await fc.assert(
      fc.asyncProperty(calls, nasty, async (run, value) => {
        docker.urls.length = 0
        const error = await run(value).catch((e: unknown) => e)
        if (error instanceof BerthError && error.code === 'INVALID_INPUT') expect(docker.urls).toEqual([])
        else expect(value).toMatch(/^[a-zA-Z0-9][\w.:@=/-]*$/)
      }),
      { numRuns: 300 },
    )
  })
})
