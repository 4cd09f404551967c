import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { failure, json, setUp } from './testing.ts'

describe('pull', () => {
  const reference = `127.0.0.1:4001/mcp/everything@sha256:${'a'.repeat(64)}`
  const image = { Id: `sha256:${'b'.repeat(64)}`, Size: 5, Config: { Cmd: ['node'] } }

  function registry(
    lines: readonly unknown[] | { status: number; message: string },
    digest = 'a',
    name = '127.0.0.1:4001/mcp/everything',
  ) {
    let pulled = false
    const urls: string[] = []
    const headers: unknown[] = []
    const listener: RequestListener = (request, response) => {
      urls.push(request.url ?? '')
      headers.push(request.headers['x-registry-auth'])
      if (request.url?.startsWith('/images/create')) {
        if ('message' in lines) return json(response, lines.status, { message: lines.message })
        pulled = true
        for (const line of lines) response.write(`${JSON.stringify(line)}\r\n`)
        return response.end()
      }
      if (!pulled) return json(response, 404, { message: 'No such image' })
      const RepoDigests = ['other/image@sha256:00', `${name}@sha256:${digest.repeat(64)}`]
      json(response, 200, { ...image, RepoDigests })
    }
    return { listener, urls, headers }
  }

  test('reports the layers and gives the digest of the asked repository; a second pull asks no registry', async () => {
    const docker = registry([
      { status: 'Pulling from mcp/everything', id: 'sha256' },
      { status: 'Pulling fs layer', id: 'l1' },
      { status: 'Already exists', id: 'l2' },
      { status: 'Downloading', id: 'l1', progressDetail: { current: 5, total: 10 } },
      { status: 'Download complete', id: 'l1' },
      { status: 'Pull complete', id: 'l1' },
      { status: 'Digest: sha256:…' },
    ])
    const { pool } = await setUp({ docker: docker.listener })
    const engine = await pool.engine('d')
    const progress: unknown[] = []
    const info = await engine.pull(reference, { onProgress: (p) => progress.push(p) })
    expect(info).toMatchObject({ digest: `sha256:${'a'.repeat(64)}`, cmd: ['node'], entrypoint: [] })
    expect(progress.at(-1)).toEqual({ currentBytes: 10, totalBytes: 10, layersDone: 2, layersTotal: 2 })
    expect(docker.urls.find((url) => url.startsWith('/images/create'))).toBe(
      `/images/create?fromImage=${encodeURIComponent('127.0.0.1:4001/mcp/everything')}&tag=${encodeURIComponent(`sha256:${'a'.repeat(64)}`)}`,
    )
    await engine.pull(reference)
    expect(docker.urls.filter((url) => url.startsWith('/images/create'))).toHaveLength(1)
  })

  test.each([
    ['127.0.0.1:4001', `127.0.0.1:4001/mcp/everything@sha256:${'a'.repeat(64)}`],
    ['https://index.docker.io/v1/', `mcp/everything@sha256:${'a'.repeat(64)}`],
  ])('I6: credentials for %s go in a header of the one pull, and nowhere else', async (serveraddress, image) => {
    const docker = registry([{ status: 'Pull complete', id: 'l1' }], 'a', image.split('@')[0])
    const { pool } = await setUp({ docker: docker.listener })
    const engine = await pool.engine('d')
    await engine.pull(image, { auth: { username: 'robot', password: 'sec/ret+?' } })
    const auth = docker.headers.filter((header) => header !== undefined)
    expect(auth).toHaveLength(1)
    expect(JSON.parse(Buffer.from(String(auth[0]), 'base64url').toString())).toEqual({
      username: 'robot',
      password: 'sec/ret+?',
      serveraddress,
    })
    expect(docker.urls.join()).not.toMatch(/robot|sec|auth/)
  })

  test.each([
    [{ status: 404, message: 'manifest unknown' }, 'IMAGE_NOT_FOUND'],
    [{ status: 500, message: 'Get "http://127.0.0.1:4001/v2/": connection refused' }, 'IMAGE_PULL_FAILED'],
    [[{ status: 'x' }, { errorDetail: { message: 'manifest for x not found: manifest unknown' } }], 'IMAGE_NOT_FOUND'],
    [[{ status: 'x' }, { errorDetail: { message: 'unexpected EOF' } }], 'IMAGE_PULL_FAILED'],
  ] as const)('%j is %s', async (answer, code) => {
    const { pool } = await setUp({ docker: registry(answer).listener })
    expect((await failure((await pool.engine('d')).pull(reference))).code).toBe(code)
  })

  test('another digest than the asked one is refused', async () => {
    const { pool } = await setUp({ docker: registry([{ status: 'Pull complete', id: 'l1' }], 'c').listener })
    expect((await failure((await pool.engine('d')).pull(reference))).code).toBe('IMAGE_PULL_FAILED')
  })
})
