import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createSigstore } from './testing-sigstore.ts'
import { createTrust, type SignaturePolicy } from './trust.ts'
import { rootFromTuf } from './trusted-root.ts'

const sigstore = createSigstore()
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'berth-tuf-'))
})
afterAll(() => rm(dir, { recursive: true }))

/** JSON with sorted keys, which is what TUF signs. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical)}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`)}}`
}

/** A TUF repository with one target, `trusted_root.json`, all of whose roles one key signs. */
function repository(target: string, key: { publicKey: KeyObject; privateKey: KeyObject }) {
  const keyid = 'k'.repeat(64)
  const role = { keyids: [keyid], threshold: 1 }
  const signed = (body: object) => {
    const all = { ...body, spec_version: '1.0.0', version: 1, expires: '2099-01-01T00:00:00Z' }
    return JSON.stringify({
      signed: all,
      signatures: [{ keyid, sig: sign(null, Buffer.from(canonical(all)), key.privateKey).toString('hex') }],
    })
  }
  const raw = Buffer.from(key.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex')
  const root = signed({
    _type: 'root',
    consistent_snapshot: false,
    keys: { [keyid]: { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw } } },
    roles: { root: role, timestamp: role, snapshot: role, targets: role },
  })
  const sha256 = createHash('sha256').update(target).digest('hex')
  const targets = { 'trusted_root.json': { length: Buffer.byteLength(target), hashes: { sha256 } } }
  const files: Record<string, string> = {
    '/timestamp.json': signed({ _type: 'timestamp', meta: { 'snapshot.json': { version: 1 } } }),
    '/snapshot.json': signed({ _type: 'snapshot', meta: { 'targets.json': { version: 1 } } }),
    '/targets.json': signed({ _type: 'targets', targets }),
    '/targets/trusted_root.json': target,
  }
  return { root, files }
}

async function serve(files: Record<string, string>) {
  const asked: string[] = []
  const server = createServer((req, res) => {
    asked.push(req.url ?? '')
    const file = files[req.url ?? '']
    res.writeHead(file === undefined ? 404 : 200).end(file)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const stop = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  onTestFinished(() => void server.close())
  return { mirrorUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop }
}

async function source(name: string, files?: (files: Record<string, string>) => Record<string, string>) {
  const made = repository(JSON.stringify(sigstore.trustedRoot), generateKeyPairSync('ed25519'))
  const rootPath = path.join(dir, `${name}.root.json`)
  await writeFile(rootPath, made.root)
  const mirror = await serve(files?.(made.files) ?? made.files)
  return { ...mirror, tuf: { cacheDir: path.join(dir, name), mirrorUrl: mirror.mirrorUrl, rootPath } }
}

test('a trusted root comes from TUF once an hour, and from the disk while the repository is down', async () => {
  const { tuf, asked, stop } = await source('kept')
  const [root] = await Promise.all([rootFromTuf(tuf), rootFromTuf(tuf)])
  expect(root.certificateAuthorities).toHaveLength(1)
  expect(asked.filter((url) => url === '/timestamp.json')).toHaveLength(1)
  await stop()
  // Another name for the same folder: another process would not have it in memory either.
  const again = await rootFromTuf({ ...tuf, cacheDir: `${tuf.cacheDir}/.` })
  expect(again).toEqual(root)
})

test('a trusted root that the repository did not sign is refused', async () => {
  const forged = JSON.stringify(createSigstore().trustedRoot)
  const { tuf } = await source('forged', (files) => ({ ...files, '/targets/trusted_root.json': forged }))
  await expect(rootFromTuf(tuf)).rejects.toThrow()
})

test('R20: a repository that can not be reached leaves nothing checked, and nothing passed', async () => {
  const { tuf, stop } = await source('down')
  await stop()
  const policy: SignaturePolicy = {
    policy: 'enforce',
    keysFile: null,
    trustedRoot: 'tuf',
    dataDir: path.join(dir, 'none'),
  }
  expect(await createTrust(policy, tuf).root()).toEqual({ missing: expect.stringContaining('could not be fetched') })
})
