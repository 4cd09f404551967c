import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SignatureMaterial } from '../port.ts'
import { signerText, verifyImage } from './index.ts'
import { keyId } from './keys.ts'
import {
  bundleWithKey,
  cosignWithKey,
  createSigstore,
  DIGEST,
  ISSUER,
  inTotoStatement,
  OTHER_DIGEST,
  simpleSigning,
  WORKFLOW,
} from './testing-sigstore.ts'
import type { SignaturePolicy } from './trust.ts'

const IMAGE = 'ghcr.io/acme/server:1.0'
const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed25519 = generateKeyPairSync('ed25519')
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const sigstore = createSigstore()
const elsewhere = createSigstore()

let dir: string
let trusting: SignaturePolicy
const verify = (materials: SignatureMaterial[], policy: Partial<SignaturePolicy> = {}, manifest?: Buffer) =>
  verifyImage(materials, { image: IMAGE, digest: DIGEST, manifest, policy: { ...trusting, ...policy } })

const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()
const file = async (name: string, text: string): Promise<string> => {
  const at = path.join(dir, name)
  await writeFile(at, text)
  return at
}

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'berth-signature-'))
  trusting = {
    policy: 'enforce',
    dataDir: dir,
    keysFile: await file('keys.pem', [ecdsa, rsa, ed25519].map((pair) => pem(pair.publicKey)).join('\n')),
    trustedRoot: await file('trusted_root.json', JSON.stringify(sigstore.trustedRoot)),
  }
})
afterAll(() => rm(dir, { recursive: true }))

const byWorkflow = { kind: 'certificate', identity: WORKFLOW, issuer: ISSUER }

describe('signed with a key', () => {
  test.each([
    ['ECDSA P-256', ecdsa],
    ['RSA', rsa],
    ['Ed25519', ed25519],
  ])('%s: a cosign signature and a bundle of a configured key are verified, and say which key', async (_, pair) => {
    const by = { kind: 'key', id: keyId(pair.publicKey) }
    const verified = { kind: 'verified', by, what: 'signature' }
    expect(await verify([cosignWithKey(simpleSigning(), pair.privateKey)])).toEqual(verified)
    expect(await verify([bundleWithKey(inTotoStatement(), pair.privateKey, pair.publicKey)])).toEqual(verified)
  })

  test('with an unknown key is as good as unsigned, and says why', async () => {
    const unsigned = { kind: 'unsigned', reason: expect.stringContaining('none of the configured keys') }
    expect(await verify([cosignWithKey(simpleSigning(), stranger.privateKey)])).toEqual(unsigned)
    const bundle = bundleWithKey(inTotoStatement(), stranger.privateKey, stranger.publicKey)
    expect(await verify([bundle])).toEqual(unsigned)
  })

  test('a bundle that names a configured key, which did not make it, is a forgery', async () => {
    const posing = bundleWithKey(inTotoStatement(), stranger.privateKey, ecdsa.publicKey)
    expect(await verify([posing])).toEqual({ kind: 'invalid', reason: expect.stringContaining('was changed') })
  })

  test('a payload that was changed after it was signed does not hold', async () => {
    const signed = cosignWithKey(simpleSigning(OTHER_DIGEST), ecdsa.privateKey)
    const changed = { ...signed, payload: simpleSigning(DIGEST) } as SignatureMaterial
    expect(await verify([changed])).toEqual({ kind: 'unsigned', reason: expect.stringContaining('changed') })
  })

  test('without configured keys, or with a file that holds none, nobody can tell', async () => {
    const materials = [cosignWithKey(simpleSigning(), ecdsa.privateKey)]
    const privatePem = ecdsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    for (const keysFile of [null, path.join(dir, 'missing.pem'), await file('private.pem', privatePem)])
      expect(await verify(materials, { keysFile })).toEqual({
        kind: 'not-checked',
        reason: expect.stringContaining('BERTH_SIGNATURE_KEYS'),
      })
  })
})

describe('what is signed', () => {
  const unlike = (reason: string) => ({ kind: 'invalid', reason: expect.stringContaining(reason) })

  test('a good signature over another digest is one of another image', async () => {
    for (const material of [
      cosignWithKey(simpleSigning(OTHER_DIGEST), ecdsa.privateKey),
      sigstore.cosign(simpleSigning(OTHER_DIGEST)),
      sigstore.statement(inTotoStatement(OTHER_DIGEST)),
      bundleWithKey(inTotoStatement(OTHER_DIGEST), ecdsa.privateKey, ecdsa.publicKey),
    ])
      expect(await verify([material])).toEqual(unlike(`another image: ${OTHER_DIGEST}`))
  })

  test('a signature for another repository can not pass one image of a signer off as another', async () => {
    const other = cosignWithKey(simpleSigning(DIGEST, 'ghcr.io/acme/tool'), ecdsa.privateKey)
    expect(await verify([other])).toEqual(unlike('another repository'))
    for (const name of ['ghcr.io/acme/server:1.0', `ghcr.io/acme/server@${DIGEST}`, ''])
      expect(await verify([cosignWithKey(simpleSigning(DIGEST, name), ecdsa.privateKey)])).toMatchObject({
        kind: 'verified',
      })
  })

  test("a scan's result or a list of parts vouches for nothing; provenance does", async () => {
    for (const predicate of ['https://cosign.sigstore.dev/attestation/vuln/v1', 'https://spdx.dev/Document'])
      expect(await verify([sigstore.statement(inTotoStatement(DIGEST, predicate))])).toEqual({ kind: 'unsigned' })
    const provenance = sigstore.statement(inTotoStatement(DIGEST, 'https://slsa.dev/provenance/v1'))
    expect(await verify([provenance])).toEqual({ kind: 'verified', by: byWorkflow, what: 'provenance' })
  })

  test('a signature over the manifest itself needs the manifest', async () => {
    const manifest = Buffer.from('{"schemaVersion":2}')
    const about = {
      image: IMAGE,
      digest: `sha256:${createHash('sha256').update(manifest).digest('hex')}`,
      policy: trusting,
    }
    const materials = [sigstore.message(manifest)]
    expect(await verifyImage(materials, about)).toMatchObject({ kind: 'not-checked' })
    expect(await verifyImage(materials, { ...about, manifest })).toMatchObject({ kind: 'verified', by: byWorkflow })
    expect(await verifyImage(materials, { ...about, manifest: Buffer.from('{}') })).toMatchObject({ kind: 'invalid' })
    expect(await verify(materials, {}, manifest)).toEqual(unlike('another image'))
  })
})

describe('signed with a certificate', () => {
  test('a cosign signature and a bundle are verified, and say who signed and who vouched for it', async () => {
    for (const material of [sigstore.cosign(simpleSigning()), sigstore.statement(inTotoStatement())]) {
      const verdict = await verify([material])
      expect(verdict).toEqual({ kind: 'verified', by: byWorkflow, what: 'signature' })
      if (verdict.kind === 'verified') expect(signerText(verdict.by)).toBe(`${WORKFLOW} (through ${ISSUER})`)
    }
  })

  const hour = 3_600_000
  const late = new Date(Date.parse('2026-03-01T12:00:00Z') + hour)
  test.each([
    ['the certificate had expired when the log saw it', { loggedAt: late }, 'was not valid when it signed'],
    ['the log has no entry', { unlogged: true }, 'No transparency log proves when'],
    ['the certificate was kept from the certificate log', { uncertified: true }, 'trusted authority'],
  ])('%s: invalid', async (_, signing, reason) => {
    const refused = { kind: 'invalid', reason: expect.stringContaining(reason) }
    expect(await verify([sigstore.cosign(simpleSigning(), signing)])).toEqual(refused)
    expect(await verify([sigstore.statement(inTotoStatement(), signing)])).toEqual(refused)
  })

  test('an authority that the trusted root does not name is nobody', async () => {
    const refused = { kind: 'invalid', reason: expect.stringContaining('trusted authority') }
    expect(await verify([elsewhere.cosign(simpleSigning())])).toEqual(refused)
    expect(await verify([elsewhere.statement(inTotoStatement())])).toEqual(refused)
  })

  test('a log entry of another signature proves nothing for this one', async () => {
    const swapped = { ...sigstore.cosign(simpleSigning()), bundle: sigstore.cosign(simpleSigning()).bundle }
    expect(await verify([swapped])).toEqual({ kind: 'invalid', reason: expect.stringContaining('transparency log') })
  })

  test('a payload that was changed after it was signed does not hold', async () => {
    const signed = sigstore.cosign(simpleSigning(OTHER_DIGEST))
    expect(await verify([{ ...signed, payload: simpleSigning() }])).toMatchObject({ kind: 'invalid' })
  })

  test('without a trusted root, or with a damaged one, nobody can tell', async () => {
    const materials = [sigstore.cosign(simpleSigning())]
    for (const trustedRoot of [null, path.join(dir, 'missing.json'), await file('empty.json', '{}')])
      expect(await verify(materials, { trustedRoot })).toEqual({
        kind: 'not-checked',
        reason: expect.stringContaining('BERTH_SIGSTORE_ROOT'),
      })
  })
})

describe('all together', () => {
  const bad = cosignWithKey(simpleSigning(), stranger.privateKey)

  test('nothing signed is unsigned', async () => {
    expect(await verify([])).toEqual({ kind: 'unsigned' })
  })

  test('one good signature is enough, others beside it take nothing away', async () => {
    expect(await verify([bad, sigstore.cosign(simpleSigning())])).toMatchObject({ kind: 'verified' })
  })

  test('while one can not be checked, the image is not known to be bad', async () => {
    expect(await verify([bad, sigstore.cosign(simpleSigning())], { trustedRoot: null })).toMatchObject({
      kind: 'not-checked',
    })
  })

  test('a policy of off checks nothing and passes nothing', async () => {
    expect(await verify([sigstore.cosign(simpleSigning())], { policy: 'off' })).toMatchObject({ kind: 'not-checked' })
  })

  test('a flood of signatures costs a bounded number of looks', async () => {
    const flood = Array.from({ length: 1000 }, () => bad)
    expect(await verify(flood)).toEqual({ kind: 'not-checked', reason: expect.stringContaining('1000 signatures') })
  })

  const hostile: unknown[] = [null, 1, 'x', [], {}, { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }]
  test('whatever stands in a registry is a verdict, never a crash', async () => {
    const good = sigstore.cosign(simpleSigning())
    const materials: SignatureMaterial[] = [
      ...hostile.map((bundle): SignatureMaterial => ({ kind: 'bundle', artifactType: 'x', bundle })),
      { ...good, payload: Buffer.from('nonsense') },
      { ...good, payload: Buffer.from('null') },
      { ...good, certificatePem: 'nonsense' },
      { ...good, certificatePem: '' },
      { ...good, bundle: '{"Payload":{}}' },
      { ...good, bundle: 'nonsense' },
      { ...good, signatureBase64: '' },
      { ...good, signatureBase64: '\u0000%%%' },
    ]
    for (const material of materials) expect(await verify([material])).toMatchObject({ kind: 'invalid' })
  })
})
