/** Answers are bounded, and what authorizes a request stays with the host that it is for. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Ask, type AskOptions, createAsk } from './ask.ts'
import { type Answer, failure, type Listening, listen, names } from './testing.ts'

type Seen = { url: string | undefined; host: string | undefined; authorization: string | undefined }
let server: Listening
let host: string
let port: number
let answer: Answer
const asked: Seen[] = []
beforeAll(async () => {
  server = await listen((req, res) => {
    asked.push({ url: req.url, host: req.headers.host, authorization: req.headers.authorization })
    answer(req, res)
  })
  host = server.host
  port = Number(host.split(':')[1])
})
beforeEach(() => {
  asked.length = 0
  answer = (_, res) => res.end('hello')
})
afterAll(() => server.close())

const options: AskOptions = { timeoutMs: 3000 }

describe('an answer', () => {
  let ask: Ask
  beforeEach(() => {
    const lookup = names({ 'registry.corp': ['127.0.0.1'] })
    ask = createAsk({ allowedHosts: [host, 'registry.corp'], lookup })
  })

  test('is followed through a few redirects, without the token when the host is another', async () => {
    answer = (req, res) =>
      req.url === '/a' ? res.writeHead(302, { location: `http://registry.corp:${port}/b` }).end() : res.end('b')
    const response = await ask(`http://${host}/a`, { ...options, headers: { Authorization: 'Bearer secret' } })
    expect(await response.text()).toBe('b')
    expect(response.url).toBe(`http://registry.corp:${port}/b`)
    expect(asked).toEqual([
      { url: '/a', host, authorization: 'Bearer secret' },
      { url: '/b', host: `registry.corp:${port}`, authorization: undefined },
    ])
  })

  test('that redirects for ever, or redirects what was posted, is refused', async () => {
    answer = (_, res) => res.writeHead(302, { location: '/again' }).end()
    expect(await failure(ask(`http://${host}/`, options))).toMatch(/^REGISTRY_REFUSED .*too often/)
    expect(asked).toHaveLength(5)
    expect(await failure(ask(`http://${host}/`, { ...options, method: 'POST', body: 'x' }))).toMatch(
      /^REGISTRY_REFUSED .*redirects what was sent/,
    )
  })

  test('that is endless is not read to its end', async () => {
    let sent = 0
    answer = (_, res) => {
      const more = (): boolean =>
        res.write('x'.repeat(64 * 1024), (error) => {
          sent += 1
          if (!error) more()
        })
      more()
    }
    expect(await failure(ask(`http://${host}/`, { ...options, bodyBytesMax: 100_000 }))).toMatch(
      /^REGISTRY_REFUSED .*too long/,
    )
    expect(sent).toBeLessThan(200)
  })

  test('that never comes, or stops half way, ends in time', async () => {
    answer = () => {}
    expect(await failure(ask(`http://${host}/`, { timeoutMs: 200 }))).toMatch(/^REGISTRY_UNAVAILABLE .*in time/)
    answer = (_, res) => res.writeHead(200, { 'content-length': 100 }).write('half')
    expect(await failure(ask(`http://${host}/`, { timeoutMs: 200 }))).toMatch(/^REGISTRY_UNAVAILABLE .*in time/)
  })

  test('with headers beyond all measure is none', async () => {
    answer = (_, res) => res.writeHead(200, { 'x-long': 'x'.repeat(32 * 1024) }).end()
    expect(await failure(ask(`http://${host}/`, options))).toMatch(/^REGISTRY_UNAVAILABLE/)
  })

  test('of an error is an answer; of nobody it is none', async () => {
    answer = (_, res) => res.writeHead(503, { 'retry-after': '1' }).end('later')
    const response = await ask(`http://${host}/`, options)
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([503, '1', 'later'])
    expect(await failure(createAsk({ allowedHosts: ['127.0.0.1:1'] })('http://127.0.0.1:1/', options))).toMatch(
      /^REGISTRY_UNAVAILABLE .*reached/,
    )
  })

  test('that nobody waits for any more ends with the reason', async () => {
    answer = () => {}
    const stop = new AbortController()
    const asking = ask(`http://${host}/`, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(asking).rejects.toThrow('enough')
  })

  test('to what was posted comes back', async () => {
    answer = (req, res) => void req.pipe(res)
    const response = await ask(`http://${host}/`, { ...options, method: 'POST', body: 'a=1' })
    expect(await response.text()).toBe('a=1')
  })
})
