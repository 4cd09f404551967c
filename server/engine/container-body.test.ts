import { describe, expect, test } from 'vitest'
import { containerBody } from './container-body.ts'
import type { ContainerSpec } from './port.ts'
import { failure, recordingDocker, setUp, spec } from './testing.ts'

describe('containers', () => {
  test('R6, I8: exactly the allow-list is sent, and no variable is in a URL (I6)', async () => {
    const docker = recordingDocker()
    const { pool } = await setUp({ docker: docker.listener })
    const engine = await pool.engine('d')
    // What a hostile source may add to the object must not matter.
    const hostile = { ...spec, HostConfig: { Privileged: true }, Privileged: true, Binds: ['/:/host'], CapAdd: ['ALL'] }
    const info = await engine.ensureContainer(hostile)
    expect(info).toMatchObject({ name: 'berth-1-1', state: 'created', startedAt: null, hostPorts: { 3001: 32768 } })
    expect(docker.created[0]?.url).toBe('/containers/create?name=berth-1-1')
    expect(docker.created[0]?.body).toMatchInlineSnapshot(`
      {
        "AttachStderr": false,
        "AttachStdin": false,
        "AttachStdout": false,
        "Cmd": [
          "--port",
          "3001",
        ],
        "Env": [
          "KEY=value",
        ],
        "ExposedPorts": {
          "3001/tcp": {},
        },
        "HostConfig": {
          "CapDrop": [
            "ALL",
          ],
          "Init": true,
          "LogConfig": {
            "Config": {
              "max-file": "3",
              "max-size": "10m",
            },
            "Type": "json-file",
          },
          "Memory": 268435456,
          "MemorySwap": 268435456,
          "Mounts": [
            {
              "ReadOnly": false,
              "Source": "berth-1-data",
              "Target": "/data",
              "Type": "volume",
            },
          ],
          "NanoCpus": 500000000,
          "NetworkMode": "berth-1-1",
          "PidsLimit": 128,
          "PortBindings": {
            "3001/tcp": [
              {
                "HostIp": "127.0.0.1",
                "HostPort": "",
              },
            ],
          },
          "ReadonlyRootfs": true,
          "RestartPolicy": {
            "Name": "unless-stopped",
          },
          "SecurityOpt": [
            "no-new-privileges",
          ],
          "Tmpfs": {
            "/tmp": "rw,nosuid,nodev,mode=1777,size=67108864",
          },
        },
        "Image": "127.0.0.1:4001/mcp/everything@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "Labels": {
          "berth.deployment": "1",
        },
        "OpenStdin": false,
        "StdinOnce": false,
        "Tty": false,
      }
    `)
  })

  test('I3: a second call returns the container that has the name', async () => {
    const docker = recordingDocker()
    const { pool } = await setUp({ docker: docker.listener })
    const engine = await pool.engine('d')
    const first = await engine.ensureContainer(spec)
    expect(await engine.ensureContainer(spec)).toEqual(first)
    expect(docker.created).toHaveLength(1)
  })

  test('R19: a name that something else holds is never taken over', async () => {
    const docker = recordingDocker()
    const { pool } = await setUp({ docker: docker.listener })
    const engine = await pool.engine('d')
    await engine.ensureContainer(spec)
    docker.setLabels({ 'berth.deployment': '2' })
    expect((await failure(engine.ensureContainer(spec))).code).toBe('CONFLICT')
  })

  test.each([
    ['host', { network: 'host' }],
    ['another container', { network: 'container:abc' }],
    ['no limit of memory', { memoryBytes: 0 }],
    ['no limit of processes', { pidsMax: -1 }],
    ['all CPUs', { cpuMillis: 0 }],
    ['a host path', { volumes: [{ name: '/etc', path: '/data' }] }],
    ['the Docker socket', { volumes: [{ name: 'v', path: '/var/run' }] }],
    ['/proc', { volumes: [{ name: 'v', path: '/proc/self' }] }],
    ['the root', { volumes: [{ name: 'v', path: '/' }] }],
    ['a way up', { volumes: [{ name: 'v', path: '/data/../etc' }] }],
    ['two variables in one', { env: { 'A=1\nB': '2' } }],
    ['NUL', { env: { A: 'b\0c' } }],
  ] as const)('R6: %s is refused before anything is sent', async (_, change) => {
    const docker = recordingDocker()
    const { pool } = await setUp({ docker: docker.listener })
    const engine = await pool.engine('d')
    const error = await failure(engine.ensureContainer({ ...spec, ...change } as ContainerSpec))
    expect(error.code).toBe('INVALID_INPUT')
    expect(docker.urls).toEqual([])
  })
})

test.each(['/app', '/opt/my-server/v1.2'])('the working folder %s reaches the engine', (workingDir) => {
  expect(containerBody({ ...spec, workingDir }).WorkingDir).toBe(workingDir)
})
test.each(['app', '/a/../b', '/a b', '/$(id)', '/a\nb', ''])('R3: the working folder %j is refused', (workingDir) => {
  expect(() => containerBody({ ...spec, workingDir })).toThrow('working folder')
})
