/** The client against real registries that ask who it is: behind a password, behind a token server. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Credentials } from './port.ts'
import { clientOf, code } from './testing.ts'
import { pushTo, registrySuite, startRegistry, type TestRegistry } from './testing-registry.ts'
import { startTokenServer, type TokenServer } from './testing-token.ts'

registrySuite('a registry behind a password', () => {
  const RIGHT: Credentials = { username: 'robot', password: 's3cret:pass' }
  /** bcrypt of that password, as `htpasswd -B` writes it. */
  const HTPASSWD = 'robot:$2b$05$abcdefghijklmnopqrstuuKqhJSfTIYV1SkiVqP0GjQATd/vnrS1a\n'
  const header = `Basic ${Buffer.from('robot:s3cret:pass').toString('base64')}`
  let registry: TestRegistry
  let image: string
  let digest: string
  beforeAll(async () => {
    registry = await startRegistry((dir) => {
      const file = path.join(dir, 'htpasswd')
      writeFileSync(file, HTPASSWD)
      return { htpasswd: { realm: 'test', path: file } }
    })
    image = `${registry.host}/acme/private:1`
    digest = (await pushTo(registry.host, 'acme/private', header).image('1')).digest
  })
  afterAll(() => registry?.stop())
  const as = (credentials: Credentials | null) => {
    const asked: string[] = []
    const client = clientOf([registry.host], {
      credentialsFor: async (host) => {
        asked.push(host)
        return credentials
      },
    })
    return { client, asked }
  }

  test('is read with the credentials of that registry, looked up by its name', async () => {
    const { client, asked } = as(RIGHT)
    expect(await client.inspect(image)).toMatchObject({ digest })
    expect(await client.signatures(image, digest)).toEqual([])
    expect(asked).toEqual([registry.host])
  })

  test('without credentials its images are private, with wrong ones the credentials are named', async () => {
    await expect(as(null).client.inspect(image)).rejects.toMatchObject(code('IMAGE_NOT_FOUND', /private/))
    const { client } = as({ ...RIGHT, password: 'wrong' })
    await expect(client.inspect(image)).rejects.toMatchObject(code('REGISTRY_DENIED', /does not accept/))
  })

  test('I6: what is said of a failure holds no password', async () => {
    const failure: unknown = await as({ username: 'robot', password: 'canary-9f3' })
      .client.inspect(image)
      .catch((error: unknown) => error)
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toMatch(/canary-9f3|Basic/)
  })

  test('proves credentials', async () => {
    const { client, asked } = as(null)
    await client.signIn(registry.host, RIGHT)
    await expect(client.signIn(registry.host, { ...RIGHT, password: 'wrong' })).rejects.toMatchObject(
      code('REGISTRY_DENIED'),
    )
    await expect(client.inspect(image)).rejects.toMatchObject(code('IMAGE_NOT_FOUND'))
    expect(asked).toEqual([registry.host])
  })
})

registrySuite('a registry behind a token server', () => {
  const RIGHT: Credentials = { username: 'robot', password: 'sec+ret/' }
  let tokens: TokenServer
  let registry: TestRegistry
  let now = 0
  beforeAll(async () => {
    tokens = await startTokenServer({ ...RIGHT, expiresIn: 120 })
    registry = await startRegistry((dir) => tokens.auth(dir))
    for (const name of ['public/open', 'acme/private'])
      await pushTo(registry.host, name, tokens.pusher(name)).image('1')
  })
  afterAll(async () => {
    await registry?.stop()
    await tokens?.close()
  })
  beforeEach(() => {
    tokens.asked.length = 0
  })
  afterEach(() => {
    now = 0
  })
  const as = (credentials: Credentials | null, hosts = [registry.host, tokens.host]) =>
    clientOf(hosts, { credentialsFor: async () => credentials, now: () => now })

  test('is read anonymously where that is allowed, with one token for one repository', async () => {
    const client = as(null)
    const image = `${registry.host}/public/open:1`
    const { digest } = await client.inspect(image)
    expect(await client.digest(image)).toBe(digest)
    expect(tokens.asked).toEqual([
      { query: { service: 'test-registry', scope: 'repository:public/open:pull' }, authorization: undefined },
    ])
    await expect(client.inspect(`${registry.host}/acme/private:1`)).rejects.toMatchObject(
      code('IMAGE_NOT_FOUND', /private/),
    )
  })

  test('asks for another token when one has ended', async () => {
    const client = as(null)
    const image = `${registry.host}/public/open:1`
    await client.digest(image)
    now = 100_000
    await client.digest(image)
    expect(tokens.asked).toHaveLength(1)
    now = 130_000
    await client.digest(image)
    expect(tokens.asked).toHaveLength(2)
  })

  test('is read with credentials, which its token server alone gets', async () => {
    await as(RIGHT).inspect(`${registry.host}/acme/private:1`)
    expect(tokens.asked).toEqual([
      {
        query: { service: 'test-registry', scope: 'repository:acme/private:pull', account: 'robot' },
        authorization: `Basic ${Buffer.from('robot:sec+ret/').toString('base64')}`,
      },
    ])
  })

  test('names credentials that its token server does not accept', async () => {
    const wrong = { ...RIGHT, password: 'wrong' }
    await expect(as(wrong).inspect(`${registry.host}/acme/private:1`)).rejects.toMatchObject(code('REGISTRY_DENIED'))
    await expect(as(null).signIn(registry.host, wrong)).rejects.toMatchObject(code('REGISTRY_DENIED'))
    await as(null).signIn(registry.host, RIGHT)
  })

  test('SSRF: does not lead to a token server inside that the operator did not name', async () => {
    await expect(as(RIGHT, [registry.host]).inspect(`${registry.host}/acme/private:1`)).rejects.toMatchObject(
      code('REGISTRY_REFUSED', /not a public one/),
    )
    expect(tokens.asked).toEqual([])
  })
})
