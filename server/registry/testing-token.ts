/** A token server as a registry's `auth: token` trusts it: it signs what the registry then reads. */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { authorityCertificate } from './signature/testing-der.ts'
import { type Listening, listen } from './testing.ts'

const ISSUER = 'test-issuer'
const SERVICE = 'test-registry'

export interface TokenServer extends Listening {
  /** What it was asked for: query and who asked. */
  asked: { query: Record<string, string>; authorization: string | undefined }[]
  /** Part of the registry's configuration. */
  auth(dir: string): Record<string, unknown>
  /** A header that may push to a repository. */
  pusher(repository: string): string
}

/** Anonymous people read what lies under `public/`; these credentials read everything. */
export async function startTokenServer(o: {
  username: string
  password: string
  expiresIn: number
}): Promise<TokenServer> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const from = new Date(Date.now() - 3_600_000)
  const until = new Date(Date.now() + 24 * 3_600_000)
  const certificate = authorityCertificate({ name: ISSUER, publicKey, privateKey }, { from, until })
  const right = `Basic ${Buffer.from(`${o.username}:${o.password}`).toString('base64')}`
  const asked: TokenServer['asked'] = []

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  function token(name: string | null, actions: string[]): string {
    const seconds = Math.floor(Date.now() / 1000)
    const head = part({ typ: 'JWT', alg: 'ES256', x5c: [certificate.toString('base64')] })
    const body = part({
      ...{ iss: ISSUER, sub: 'somebody', aud: SERVICE, jti: randomUUID() },
      ...{ exp: seconds + 3600, nbf: seconds - 60, iat: seconds },
      access: name === null ? [] : [{ type: 'repository', name, actions }],
    })
    const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${head}.${body}.${signature.toString('base64url')}`
  }

  const listening = await listen((req, res) => {
    const query = Object.fromEntries(new URL(req.url ?? '', 'http://token').searchParams)
    const { authorization } = req.headers
    asked.push({ query, authorization })
    if (authorization !== undefined && authorization !== right) return void res.writeHead(401).end()
    const [, name = null] = /^repository:(.+):pull$/.exec(query.scope ?? '') ?? []
    const allowed = authorization === right || name?.startsWith('public/')
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify({ token: token(allowed ? name : null, ['pull']), expires_in: o.expiresIn }))
  })
  return {
    ...listening,
    asked,
    auth(dir) {
      const rootcertbundle = path.join(dir, `${createHash('sha256').update(certificate).digest('hex')}.pem`)
      const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
      writeFileSync(rootcertbundle, `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`)
      return {
        token: { realm: `http://${listening.host}/token`, service: SERVICE, issuer: ISSUER, rootcertbundle },
      }
    },
    pusher: (repository) => `Bearer ${token(repository, ['pull', 'push'])}`,
  }
}
