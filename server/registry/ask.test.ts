/** Nobody can make Berth ask a service of its own network by naming an image, answering with a redirect or a realm. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAsk } from './ask.ts'
import { createResolver } from './index.ts'

let server: Server
let host: string
let answer: (req: IncomingMessage, res: ServerResponse) => void = (_, res) => res.end()
const asked: { url: string; authorization: string | undefined }[] = []
beforeAll(async () => {
  server = createServer((req, res) => {
    asked.push({ url: req.url ?? '', authorization: req.headers.authorization })
    answer(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const request = () => ({ signal: AbortSignal.timeout(3000) })

describe('outside the demo', () => {
  const ask = createAsk({ ownNetwork: false })
  test.each([
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://10.0.0.1/',
    'https://169.254.169.254/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://0.0.0.0/',
    'https://100.64.0.1/',
    'https://localhost/',
  ])('%s is not asked', async (url) => {
    await expect(ask(new URL(url), request())).rejects.toThrow('not a public one')
  })

  test('nor anything over http, nor other protocols', async () => {
    await expect(ask(new URL(`http://${host}/`), request())).rejects.toThrow('only https')
    await expect(ask(new URL('file:///etc/passwd'), request())).rejects.toThrow('only https')
  })
})

describe('in the demo', () => {
  const ask = createAsk({ ownNetwork: true })

  test('the metadata address is not asked, whoever leads there', async () => {
    await expect(ask(new URL('http://169.254.169.254/'), request())).rejects.toThrow('only https')
    answer = (_, res) => res.writeHead(307, { location: 'http://169.254.169.254/latest' }).end()
    await expect(ask(new URL(`http://${host}/`), request())).rejects.toThrow('only https')
  })

  test('a realm elsewhere gets no request, and the image counts as private', async () => {
    answer = (_, res) =>
      res.writeHead(401, { 'www-authenticate': 'Bearer realm="http://metadata.internal/token"' }).end()
    const before = asked.length
    expect((await createResolver({ plainHttp: true }).resolve(`${host}/a:1`)).resolves).toBe(false)
    expect(asked.length).toBe(before + 1)
  })

  test('a registry outside does not lead into the own network by its realm', async () => {
    const urls: string[] = []
    const ask = async ({ href }: URL) => {
      urls.push(href)
      return new Response(null, { status: 401, headers: { 'www-authenticate': `Bearer realm="http://${host}/t"` } })
    }
    expect((await createResolver({ plainHttp: true, ask }).resolve('registry.example/a:1')).resolves).toBe(false)
    expect(urls).toEqual(['https://registry.example/v2/a/manifests/1'])
  })

  test('redirects are followed a few times, without the token when the host is another', async () => {
    answer = (req, res) =>
      req.url === '/a'
        ? res.writeHead(302, { location: `http://localhost:${host.split(':')[1]}/b` }).end()
        : res.end('b')
    const headers = { authorization: 'Bearer secret' }
    expect(await (await ask(new URL(`http://${host}/a`), { ...request(), headers })).text()).toBe('b')
    expect(asked.slice(-2)).toEqual([
      { url: '/a', authorization: 'Bearer secret' },
      { url: '/b', authorization: undefined },
    ])
    answer = (_, res) => res.writeHead(302, { location: '/again' }).end()
    await expect(ask(new URL(`http://${host}/a`), request())).rejects.toThrow('redirects')
  })

  test('an endless answer is not read to its end', async () => {
    answer = (_, res) => {
      const more = () => res.write('x'.repeat(64 * 1024), (error) => error || more())
      more()
    }
    await expect(ask(new URL(`http://${host}/`), request())).rejects.toThrow('too long')
  })
})
