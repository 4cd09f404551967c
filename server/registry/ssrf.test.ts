/** Nobody can make Berth ask a service of its own network: not by a URL, a redirect, a name, or one that changes. */
import { beforeEach, describe, expect, test } from 'vitest'
import { type Ask, type AskOptions, createAsk, type Lookup } from './ask.ts'
import { failure, NOBODY, names, testDoor } from './testing.ts'

const door = testDoor()
const { asked } = door
const options: AskOptions = { timeoutMs: 3000 }

describe('SSRF: a public installation does not ask', () => {
  const lookup = names({
    'private.example': ['10.1.2.3'],
    'loopback.example': ['127.0.0.1'],
    'metadata.example': ['169.254.169.254'],
    'six.example': ['fd00:ec2::254'],
    'mapped.example': ['::ffff:127.0.0.1'],
    'cgnat.example': ['100.64.0.1'],
    'zero.example': ['0.0.0.0'],
  })
  const ask = createAsk({ allowedHosts: [], lookup })
  test.each([
    // this machine, in every spelling
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0x7f.1/',
    'https://①②⑦.0.0.1/',
    'https://%31%32%37.0.0.1/',
    'https://127.0.0.1./',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://a.localhost/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]:8443/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://0.0.0.0/',
    'https://0/',
    'https://[::]/',
    // private networks
    'https://10.0.0.1/',
    'https://172.16.0.1:5000/v2/',
    'https://192.168.0.1/',
    'https://100.64.0.1/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    // metadata and host services of clouds
    'https://169.254.169.254/latest/meta-data/',
    'https://2852039166/',
    'https://0xa9fea9fe/',
    'https://168.63.129.16/',
    'https://100.100.100.200/',
    'https://192.0.0.192/',
    'https://[fd00:ec2::254]/',
    'https://metadata.google.internal/',
    'https://metadata/',
    // another address inside of an IPv6 one
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[64:ff9b:1::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001::7f00:1]/',
    'https://[::ffff:0:127.0.0.1]/',
    // nobody's
    'https://224.0.0.1/',
    'https://[ff02::1]/',
    'https://255.255.255.255/',
    'https://240.0.0.1/',
    'https://198.18.0.1/',
    // names that lead there
    'https://private.example/',
    'https://loopback.example/',
    'https://metadata.example/',
    'https://six.example/',
    'https://mapped.example/',
    'https://cgnat.example/',
    'https://zero.example/',
    'https://registry:5000/v2/',
    'http://127.0.0.1:5000/v2/',
    'https://printer.local/',
  ])('%s', async (url) => {
    expect(await failure(ask(url, options))).toMatch(/^REGISTRY_REFUSED .*not a public one/)
  })

  test.each([
    'http://registry.example/',
    'http://8.8.8.8/',
    'file:///etc/passwd',
    'ftp://files.example/',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'data:text/plain,hello',
    'unix:/var/run/docker.sock',
    'javascript:1',
  ])('%s, which is not https', async (url) => {
    expect(await failure(ask(url, options))).toMatch(/^REGISTRY_REFUSED .*only https/)
  })

  test.each(['https://user:secret@registry.example/', 'https://registry.example@127.0.0.1/', 'https://:x@ghcr.io/'])(
    '%s, which holds a name or password, and says nothing of it',
    async (url) => {
      const said = await failure(ask(url, options))
      expect(said).toMatch(/^REGISTRY_REFUSED .*user name or password/)
      expect(said).not.toContain('secret')
    },
  )

  test.each(['', 'registry.example/v2/', 'https://', 'https://[::1', 'https://999.999.999.999/', 'https://a b/'])(
    '%j, which is no address',
    async (url) => {
      expect(await failure(ask(url, options))).toMatch(/^REGISTRY_REFUSED .*not the address/)
    },
  )

  test('a name whose answer changes is judged by the very address that is connected to', async () => {
    const changing = names({ 'rebind.example': [NOBODY, '127.0.0.1'] })
    const rebound = createAsk({ allowedHosts: [], lookup: changing })
    const url = `https://rebind.example:${door.port}/`
    expect(await failure(rebound(url, { timeoutMs: 500 }))).toMatch(/^REGISTRY_UNAVAILABLE/)
    expect(changing.asked).toEqual(['rebind.example'])
    expect(await failure(rebound(url, options))).toMatch(/^REGISTRY_REFUSED/)
    expect(asked).toEqual([])
  })

  test('a name with one private address among public ones is refused whole', async () => {
    const lookup: Lookup = (_, __, done) =>
      done(null, [
        { address: '8.8.8.8', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ])
    expect(await failure(createAsk({ allowedHosts: [], lookup })('https://mixed.example/', options))).toMatch(
      /^REGISTRY_REFUSED/,
    )
  })
})

describe('a host that the operator named', () => {
  let ask: Ask
  let lookup: ReturnType<typeof names>
  beforeEach(() => {
    lookup = names({
      'registry.corp': ['127.0.0.1'],
      'other.corp': ['127.0.0.1'],
      'stolen.corp': ['169.254.169.254'],
      'public.corp': [NOBODY],
      'outside.example': ['127.0.0.1'],
      'changing.corp': ['127.0.0.1', '169.254.169.254'],
    })
    const allowedHosts = [door.host, 'registry.corp', 'stolen.corp', 'public.corp', 'changing.corp', '169.254.169.254']
    ask = createAsk({ allowedHosts, lookup })
  })

  test('is asked inside, by address or by name, over http too', async () => {
    expect(await (await ask(`http://${door.host}/a`, options)).text()).toBe('hello')
    expect(await (await ask(`http://registry.corp:${door.port}/b`, options)).text()).toBe('hello')
    expect(asked.map(({ url }) => url)).toEqual(['/a', '/b'])
  })

  test('at another port, or spelled as another host, it is not', async () => {
    expect(await failure(ask(`http://127.0.0.1:${door.port + 1}/`, options))).toMatch(/^REGISTRY_REFUSED/)
    expect(await failure(ask(`http://127.0.0.2:${door.port}/`, options))).toMatch(/^REGISTRY_REFUSED/)
    expect(await failure(ask(`http://other.corp:${door.port}/`, options))).toMatch(/^REGISTRY_REFUSED/)
    expect(await failure(ask(`https://registry.corp.outside.example:${door.port}/`, options))).not.toMatch(/^answered/)
    expect(asked).toEqual([])
  })

  test.each(['https://169.254.169.254/', 'http://169.254.169.254/', 'https://stolen.corp/', 'http://stolen.corp/'])(
    'never makes a metadata service one that is asked: %s',
    async (url) => {
      expect(await failure(ask(url, options))).toMatch(/^REGISTRY_REFUSED .*not a public one/)
    },
  )

  test('is not asked over http when it is on a public address', async () => {
    expect(await failure(ask('http://public.corp/', options))).toMatch(/^REGISTRY_REFUSED .*only https/)
  })

  test.each([
    'http://169.254.169.254/latest',
    'https://169.254.169.254/latest',
    'http://stolen.corp/',
    'http://127.0.0.1:1/',
    'http://[::ffff:127.0.0.1]:6379/',
    'https://10.0.0.1/',
    'https://outside.example/',
    'http://outside.example/',
    '//localhost/',
    'file:///etc/passwd',
    'https://user:secret@registry.corp/',
  ])('does not lead to %s by a redirect', async (location) => {
    door.answer = (_, res) => res.writeHead(307, { location }).end()
    expect(await failure(ask(`http://${door.host}/a`, options))).toMatch(/^REGISTRY_REFUSED/)
    expect(asked.map(({ url }) => url)).toEqual(['/a'])
  })

  test('does not lead there through a chain either', async () => {
    door.answer = (req, res) => {
      const step = Number(req.url?.slice(1) || 0)
      const location = step < 2 ? `http://registry.corp:${door.port}/${step + 1}` : 'http://169.254.169.254/latest'
      res.writeHead(302, { location }).end()
    }
    expect(await failure(ask(`http://${door.host}/0`, options))).toMatch(/^REGISTRY_REFUSED .*169\.254/)
    expect(asked.map(({ url }) => url)).toEqual(['/0', '/1', '/2'])
  })

  test('is judged anew at every connection, so a name that changes between two hops is found', async () => {
    door.answer = (_, res) => res.writeHead(302, { location: '/next' }).end()
    expect(await failure(ask(`http://changing.corp:${door.port}/`, options))).toMatch(/^REGISTRY_REFUSED/)
    expect(asked.map(({ url }) => url)).toEqual(['/'])
    expect(lookup.asked).toEqual(['changing.corp', 'changing.corp'])
  })

  test('is not led to by what somebody outside says', async () => {
    const said = (namedBy: string) => ask(`http://${door.host}/token`, { ...options, namedBy: new URL(namedBy) })
    expect(await failure(said('https://registry.example/v2/'))).toMatch(/^REGISTRY_REFUSED/)
    expect(asked).toEqual([])
    expect((await said(`http://registry.corp:${door.port}/v2/`)).status).toBe(200)
  })
})
