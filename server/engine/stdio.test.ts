import type { RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { frame, json, PATIENT, setUp } from './testing.ts'

describe('exec', () => {
  /** A container process that echoes its stdin and ends with it, or does not. */
  function processDocker(behaviour: { endsWithStdin: boolean; pid: number }) {
    const state = { running: true, closed: 0, sockets: [] as Duplex[] }
    const listener: RequestListener = (request, response) => {
      request.resume()
      if (request.url === '/exec/e1/json')
        return json(response, 200, { Running: state.running, ExitCode: state.running ? null : 7, Pid: behaviour.pid })
      if (request.url?.endsWith('/exec')) return json(response, 201, { Id: 'e1' })
      json(response, 200, { Id: 'f'.repeat(64), Path: '/bin/server', Args: [], State: {}, Config: {} })
    }
    const upgrade = (_path: string, socket: Duplex) => {
      state.sockets.push(socket)
      socket.on('close', () => state.closed++)
      socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n')
      socket.on('data', (chunk: Buffer) => socket.write(frame(1, `echo ${chunk}`)))
      socket.on('end', () => {
        if (!behaviour.endsWithStdin) return
        state.running = false
        socket.end()
      })
    }
    return { state, listener, upgrade }
  }

  test('streams both ways, and ends with its exit code when stdin is closed', async () => {
    const docker = processDocker({ endsWithStdin: true, pid: 42 })
    const { droplet, pool } = await setUp({ docker: docker.listener, upgrade: docker.upgrade })
    const process = await (await pool.engine('d')).exec('c', [])
    process.stdin.write('hi\n')
    const [chunk] = (await process.stdout.take(1).toArray()) as [Buffer]
    expect(chunk.toString()).toBe('echo hi\n')
    await process.close()
    expect(await process.done).toEqual({ exitCode: 7 })
    expect(droplet.commands).toEqual([])
  })

  test('what outlives its grace is ended by the literal that names pid and container, and is seen to be gone', async () => {
    const docker = processDocker({ endsWithStdin: false, pid: 42 })
    const { droplet, pool } = await setUp({
      docker: docker.listener,
      upgrade: docker.upgrade,
      command: () => {
        docker.state.running = false
        return { stdout: '', code: 0 }
      },
    })
    const process = await (await pool.engine('d')).exec('c', ['server'])
    await process.close(30)
    expect(droplet.commands).toEqual([`berth-droplet exec-kill 42 ${'f'.repeat(64)}`])
    await expect.poll(() => docker.state.closed, PATIENT).toBe(1)
  })

  test('stderr that nobody reads does not hold stdout back', async () => {
    const docker = processDocker({ endsWithStdin: true, pid: 42 })
    const { pool } = await setUp({ docker: docker.listener, upgrade: docker.upgrade })
    const process = await (await pool.engine('d')).exec('c', [])
    const noise = frame(2, 'x'.repeat(50_000))
    for (let i = 0; i < 50; i++) docker.state.sockets[0]?.write(noise)
    docker.state.sockets[0]?.write(frame(1, 'answer'))
    const [chunk] = (await process.stdout.take(1).toArray()) as [Buffer]
    expect(chunk.toString()).toBe('answer')
    await process.close()
  })

  test('a lost connection ends it without an exit code', async () => {
    const docker = processDocker({ endsWithStdin: false, pid: 42 })
    const { droplet, pool } = await setUp({ docker: docker.listener, upgrade: docker.upgrade })
    const process = await (await pool.engine('d')).exec('c', [])
    droplet.cut()
    expect(await process.done).toEqual({ exitCode: null })
  })
})
