/** Answers are bounded, and what authorizes a request stays with the host that it is for. */
import { beforeEach, describe, expect, test } from 'vitest'
import { type Ask, type AskOptions, createAsk } from './ask.ts'
import { failure, names, testDoor } from './testing.ts'

const door = testDoor()
const { asked } = door
const options: AskOptions = { timeoutMs: 3000 }

describe('an answer', () => {
  let ask: Ask
  beforeEach(() => {
    const lookup = names({ 'registry.corp': ['127.0.0.1'] })
    ask = createAsk({ allowedHosts: [door.host, 'registry.corp'], lookup })
  })

  test('is followed through a few redirects, without the token when the host is another', async () => {
    door.answer = (req, res) =>
      req.url === '/a' ? res.writeHead(302, { location: `http://registry.corp:${door.port}/b` }).end() : res.end('b')
    const response = await ask(`http://${door.host}/a`, { ...options, headers: { Authorization: 'Bearer secret' } })
    expect(await response.text()).toBe('b')
    expect(response.url).toBe(`http://registry.corp:${door.port}/b`)
    expect(asked).toEqual([
      { url: '/a', host: door.host, authorization: 'Bearer secret' },
      { url: '/b', host: `registry.corp:${door.port}`, authorization: undefined },
    ])
  })

  test('that redirects for ever, or redirects what was posted, is refused', async () => {
    door.answer = (_, res) => res.writeHead(302, { location: '/again' }).end()
    expect(await failure(ask(`http://${door.host}/`, options))).toMatch(/^REGISTRY_REFUSED .*too often/)
    expect(asked).toHaveLength(5)
    expect(await failure(ask(`http://${door.host}/`, { ...options, method: 'POST', body: 'x' }))).toMatch(
      /^REGISTRY_REFUSED .*redirects what was sent/,
    )
  })

  test('that is endless is not read to its end', async () => {
    let sent = 0
    door.answer = (_, res) => {
      const more = (): boolean =>
        res.write('x'.repeat(64 * 1024), (error) => {
          sent += 1
          if (!error) more()
        })
      more()
    }
    expect(await failure(ask(`http://${door.host}/`, { ...options, bodyBytesMax: 100_000 }))).toMatch(
      /^REGISTRY_REFUSED .*too long/,
    )
    expect(sent).toBeLessThan(200)
  })

  test('that never comes, or stops half way, ends in time', async () => {
    door.answer = () => {}
    expect(await failure(ask(`http://${door.host}/`, { timeoutMs: 200 }))).toMatch(/^REGISTRY_UNAVAILABLE .*in time/)
    door.answer = (_, res) => res.writeHead(200, { 'content-length': 100 }).write('half')
    expect(await failure(ask(`http://${door.host}/`, { timeoutMs: 200 }))).toMatch(/^REGISTRY_UNAVAILABLE .*in time/)
  })

  test('with headers beyond all measure is none', async () => {
    door.answer = (_, res) => res.writeHead(200, { 'x-long': 'x'.repeat(32 * 1024) }).end()
    expect(await failure(ask(`http://${door.host}/`, options))).toMatch(/^REGISTRY_UNAVAILABLE/)
  })

  test('of an error is an answer; of nobody it is none', async () => {
    door.answer = (_, res) => res.writeHead(503, { 'retry-after': '1' }).end('later')
    const response = await ask(`http://${door.host}/`, options)
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([503, '1', 'later'])
    expect(await failure(createAsk({ allowedHosts: ['127.0.0.1:1'] })('http://127.0.0.1:1/', options))).toMatch(
      /^REGISTRY_UNAVAILABLE .*reached/,
    )
  })

  test('that nobody waits for any more ends with the reason', async () => {
    door.answer = () => {}
    const stop = new AbortController()
    const asking = ask(`http://${door.host}/`, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(asking).rejects.toThrow('enough')
  })

  test('to what was posted comes back', async () => {
    door.answer = (req, res) => void req.pipe(res)
    const response = await ask(`http://${door.host}/`, { ...options, method: 'POST', body: 'a=1' })
    expect(await response.text()).toBe('a=1')
  })
})
