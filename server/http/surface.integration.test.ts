import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'

let stack: Stack
let person: Person
beforeAll(async () => {
  stack = await testStack({
    env: { BERTH_METRICS_TOKEN: 'a-token-for-metrics' },
    // What Next would see: the request's own headers.
    pages: async (req, res) => void res.end(JSON.stringify(req.headers)),
  })
  person = await stack.person()
})
afterAll(() => stack.end())

describe('R17: headers', () => {
  test.each(['/', '/api/health', '/api/trpc/settings.me', '/api/metrics', '/mcp/x'])('%s', async (path) => {
    const { headers } = await fetch(stack.url + path)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.has('strict-transport-security')).toBe(false)
    expect(headers.has('x-powered-by')).toBe(false)
  })

  test('a page gets a policy with a nonce of its own, which its renderer sees too', async () => {
    const [first, second] = await Promise.all([fetch(stack.url), fetch(stack.url)])
    const policy = first.headers.get('content-security-policy') ?? ''
    expect(policy.replace(/nonce-[^']+/, 'nonce-N').split('; ')).toMatchInlineSnapshot(`
      [
        "default-src 'self'",
        "script-src 'self' 'nonce-N' 'strict-dynamic'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ]
    `)
    expect(second.headers.get('content-security-policy')).not.toBe(policy)
    const seen = (await first.json()) as Record<string, string>
    expect(seen['content-security-policy']).toBe(policy)
    expect(policy).toContain(`'nonce-${seen['x-nonce']}'`)
  })

  test('a client can’t name its own address or nonce', async () => {
    const headers = { 'x-berth-client-address': '6.6.6.6', 'x-nonce': 'mine', 'content-security-policy': 'mine' }
    const seen = (await (await fetch(stack.url, { headers })).json()) as Record<string, string>
    expect(seen['x-berth-client-address']).toBe('127.0.0.1')
    expect(seen['x-nonce']).not.toBe('mine')
    expect(seen['content-security-policy']).not.toBe('mine')
  })

  test('behind https: HSTS, and cookies that only https sends', async () => {
    const secure = await testStack({
      env: { PUBLIC_URL: 'https://berth.example' },
      pages: async (_, res) => void res.end(),
    })
    const { headers } = await fetch(secure.url)
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/)
    const { cookie } = await secure.person()
    expect(cookie).toMatch(/^__Secure-/)
    expect((await secure.call('settings.me', undefined, { cookie })).status).toBe(200)
    // The same session under the name that plain http uses is no session.
    const plain = cookie.replace('__Secure-', '')
    expect((await secure.call('settings.me', undefined, { cookie: plain })).status).toBe(401)
    await secure.end()
  })
})

describe('R17: a browser’s session changes something only from a page of this origin', () => {
  const rename = (headers: Record<string, string>, as: { cookie?: string; token?: string }) =>
    stack.call('settings.profile.rename', { name: 'N' }, { method: 'POST', ...as, headers })

  test.each([
    ['another site', { origin: 'https://evil.example' }, 403],
    ['another port of this host', { origin: 'http://localhost:1' }, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
    ['another site, by fetch metadata', { origin: '', 'sec-fetch-site': 'cross-site' }, 403],
    ['a sibling domain', { origin: '', 'sec-fetch-site': 'same-site' }, 403],
    ['no origin at all', { origin: '' }, 403],
    ['this origin', {}, 200],
    ['this origin, by fetch metadata', { origin: '', 'sec-fetch-site': 'same-origin' }, 200],
  ])('%s', async (_, { origin, ...rest }: { origin?: string; 'sec-fetch-site'?: string }, status) => {
    const { publicUrl } = stack.base.config
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (origin !== '') headers.origin = origin ?? publicUrl
    if (rest['sec-fetch-site']) headers['sec-fetch-site'] = rest['sec-fetch-site']
    const response = await fetch(`${stack.url}/api/trpc/settings.profile.rename`, {
      method: 'POST',
      headers: { ...headers, cookie: person.cookie },
      body: JSON.stringify({ json: { name: 'N' } }),
    })
    expect(response.status).toBe(status)
  })

  test('a form can’t do it: only application/json is a body', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const answer = await rename({ 'content-type': type }, { cookie: person.cookie })
      expect(answer.error?.berth.code).toBe('INVALID_INPUT')
    }
  })

  test('an API token needs none of it', async () => {
    expect((await rename({ origin: 'https://my-dashboard.example' }, { token: person.apiToken })).status).toBe(200)
  })

  test('and next to a cookie the token decides, also when it is wrong', async () => {
    const answer = await rename({}, { cookie: person.cookie, token: 'berth_wrong' })
    expect(answer.error?.berth.code).toBe('NOT_SIGNED_IN')
  })

  test('a session’s cookie is no bearer token', async () => {
    const jwt = person.cookie.split('=')[1] ?? ''
    expect((await stack.call('settings.me', undefined, { token: jwt })).status).toBe(401)
  })

  test('pages take no cross-site posts either', async () => {
    const post = (path: string, origin: string) => fetch(stack.url + path, { method: 'POST', headers: { origin } })
    const own = stack.base.config.publicUrl
    expect((await post('/api/auth/signout', 'https://evil.example')).status).toBe(403)
    expect((await post('/api/auth/signout', own)).status).toBe(200)
    // And pages themselves take none: a server function could only be called by mistake.
    expect((await post('/sign-in', own)).status).toBe(405)
  })
})

describe('health and metrics', () => {
  test('health names what is missing: here no worker runs', async () => {
    const response = await fetch(`${stack.url}/api/health`)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ status: 'degraded', database: 'ok', worker: 'down' })
  })

  test('metrics need their token, and do not exist without one', async () => {
    const get = (token?: string) =>
      fetch(`${stack.url}/api/metrics`, token ? { headers: { authorization: `Bearer ${token}` } } : {})
    expect((await get()).status).toBe(401)
    expect((await get('wrong')).status).toBe(401)
    const text = await (await get('a-token-for-metrics')).text()
    expect(text).toContain('berth_deployments{state="healthy"} 0')
    expect(text).toContain('berth_http_requests_total{kind="health"')
    const off = await testStack()
    expect((await fetch(`${off.url}/api/metrics`)).status).toBe(404)
    await off.end()
  })
})

describe('the wire', () => {
  test.each([
    ['nope.nope', 'GET', undefined, 404, 'NOT_FOUND'],
    ['settings.profile.rename', 'GET', { name: 'x' }, 405, 'INVALID_INPUT'],
    ['settings.profile.rename', 'POST', { name: '' }, 400, 'INVALID_INPUT'],
    ['deployments.get', 'GET', { deploymentId: 'no-uuid' }, 400, 'INVALID_INPUT'],
    ['settings.profile.rename', 'POST', { name: 'a\nb' }, 400, 'INVALID_INPUT'],
  ] as const)('%s by %s with %o answers %i', async (procedure, method, input, status, code) => {
    const answer = await stack.call(procedure, input, { method, token: person.apiToken })
    expect([answer.status, answer.error?.berth.code]).toEqual([status, code])
    expect(answer.error?.berth.action).not.toBe('')
    expect(answer.text).not.toContain('stack')
  })

  test('a refused field is named', async () => {
    const input = { name: 'x', scopes: ['root'] }
    const answer = await stack.call('settings.apiTokens.create', input, { method: 'POST', token: person.apiToken })
    expect(answer.error?.berth.field).toBe('scopes.0')
  })

  test('R5: a variable’s name is a name', async () => {
    for (const name of ['A B', '1A', 'A=B', 'A\0', '', 'Ä', 'A-B', '$(id)']) {
      const input = { template: 'everything', variables: { [name]: 'x' } }
      const answer = await stack.call('deployments.create', input, { method: 'POST', token: person.apiToken })
      expect([name, answer.error?.berth.code]).toEqual([name, 'INVALID_INPUT'])
    }
  })

  test('a body that is no JSON, or too large, is refused', async () => {
    const post = (body: string) =>
      fetch(`${stack.url}/api/trpc/settings.profile.rename`, {
        method: 'POST',
        headers: { authorization: `Bearer ${person.apiToken}`, 'content-type': 'application/json' },
        body,
      })
    expect((await post('{')).status).toBe(400)
    expect((await post(JSON.stringify({ json: { name: 'x'.repeat(3 * 2 ** 20) } }))).status).toBe(413)
  })
})
