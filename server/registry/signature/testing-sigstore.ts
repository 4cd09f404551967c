/**
 * A Sigstore of one's own for tests: an authority that certifies signers, the log of its certificates, the log of
 * signatures, and the trusted root that names all three.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { SignatureMaterial } from '../port.ts'
import { authorityCertificate, type Issuer, leafCertificate, spki } from './testing-der.ts'

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest()
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const LOG_URL = 'https://log.test'

export const DIGEST = `sha256:${'a'.repeat(64)}`
export const OTHER_DIGEST = `sha256:${'b'.repeat(64)}`
export const WORKFLOW = 'https://github.com/acme/server/.github/workflows/release.yml@refs/tags/v1'
export const ISSUER = 'https://token.actions.githubusercontent.com'

export const simpleSigning = (digest = DIGEST, name = 'ghcr.io/acme/server'): Buffer =>
  Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': name },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  )

export const inTotoStatement = (digest = DIGEST, predicateType = 'https://sigstore.dev/cosign/sign/v1'): Buffer =>
  Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'ghcr.io/acme/server', digest: { sha256: digest.replace('sha256:', '') } }],
      predicateType,
      predicate: {},
    }),
  )

/** What DSSE signs in place of the bare payload. */
const encoded = (payload: Buffer, type = 'application/vnd.in-toto+json') =>
  Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload])

export interface Signing {
  identity?: string
  /** When the log saw it; the certificate is good from a minute before to nine after `certifiedAt`. */
  loggedAt?: Date
  certifiedAt?: Date
  /** Leaves the log's entry out. */
  unlogged?: boolean
  /** Leaves the certificate log's receipt out. */
  uncertified?: boolean
}

const NOON = new Date('2026-03-01T12:00:00Z')
const MINUTE_MS = 60_000

export function cosignWithKey(payload: Buffer, privateKey: KeyObject): SignatureMaterial {
  const hash = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  const signatureBase64 = sign(hash, payload, privateKey).toString('base64')
  return { kind: 'cosign', payload, signatureBase64, certificatePem: null, chainPem: null, bundle: null }
}

/** A bundle of cosign's `sign --key --new-bundle-format`: the key's hint, no log. */
export function bundleWithKey(payload: Buffer, privateKey: KeyObject, publicKey: KeyObject): SignatureMaterial {
  const hash = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  const verificationMaterial = { publicKey: { hint: sha256(spki(publicKey)).toString('base64') }, tlogEntries: [] }
  return bundle(verificationMaterial, envelope(payload, sign(hash, encoded(payload), privateKey)))
}

const envelope = (payload: Buffer, signature: Buffer) => ({
  dsseEnvelope: {
    payload: payload.toString('base64'),
    payloadType: 'application/vnd.in-toto+json',
    signatures: [{ sig: signature.toString('base64') }],
  },
})

const bundle = (verificationMaterial: object, content: object): SignatureMaterial => {
  const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
  return { kind: 'bundle', artifactType: mediaType, bundle: { mediaType, verificationMaterial, ...content } }
}

export function createSigstore() {
  const authority: Issuer = { name: 'Test authority', ...p256() }
  const ctLog: Issuer = { name: 'Test certificate log', ...p256() }
  const log: Issuer = { name: 'log.test', ...p256() }
  const since = new Date('2025-01-01T00:00:00Z')
  const until = new Date('2035-01-01T00:00:00Z')

  const logInstance = ({ publicKey }: Issuer) => ({
    baseUrl: LOG_URL,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: spki(publicKey).toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start: since.toISOString() },
    },
    logId: { keyId: sha256(spki(publicKey)).toString('base64') },
  })

  /** A one-time key and its certificate, as a signer gets them. */
  function certify({ identity = WORKFLOW, certifiedAt = NOON, uncertified = false }: Signing) {
    const { publicKey, privateKey } = p256()
    const from = new Date(certifiedAt.getTime() - MINUTE_MS)
    const der = leafCertificate(authority, {
      key: publicKey,
      identity,
      openIdIssuer: ISSUER,
      from,
      until: new Date(certifiedAt.getTime() + 9 * MINUTE_MS),
      ctLog: uncertified ? null : ctLog,
    })
    const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
    return { der, pem, privateKey }
  }

  /** The log's receipt: signed, and proven by a tree of this one entry. */
  function receipt(body: { kind: string; apiVersion: string; spec: object }, at: Date) {
    const bytes = Buffer.from(JSON.stringify(body))
    const logId = sha256(spki(log.publicKey))
    const integratedTime = at.getTime() / 1000
    const promised = { body: bytes.toString('base64'), integratedTime, logID: logId.toString('hex'), logIndex: 0 }
    const promise = sign('sha256', Buffer.from(JSON.stringify(promised)), log.privateKey)
    const root = sha256(Buffer.concat([Buffer.from([0]), bytes]))
    const note = `${log.name}\n1\n${root.toString('base64')}\n`
    const noteSignature = Buffer.concat([logId.subarray(0, 4), sign('sha256', Buffer.from(note), log.privateKey)])
    return {
      annotation: JSON.stringify({ SignedEntryTimestamp: promise.toString('base64'), Payload: promised }),
      entry: {
        logIndex: '0',
        logId: { keyId: logId.toString('base64') },
        kindVersion: { kind: body.kind, version: body.apiVersion },
        integratedTime: String(integratedTime),
        inclusionPromise: { signedEntryTimestamp: promise.toString('base64') },
        inclusionProof: {
          logIndex: '0',
          rootHash: root.toString('base64'),
          treeSize: '1',
          hashes: [],
          checkpoint: { envelope: `${note}\n— ${log.name} ${noteSignature.toString('base64')}\n` },
        },
        canonicalizedBody: bytes.toString('base64'),
      },
    }
  }

  const hashed = (signed: Buffer, signature: Buffer) => ({
    kind: 'hashedrekord',
    apiVersion: '0.0.1',
    spec: {
      data: { hash: { algorithm: 'sha256', value: sha256(signed).toString('hex') } },
      signature: { content: signature.toString('base64') },
    },
  })

  return {
    trustedRoot: {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [logInstance(log)],
      ctlogs: [logInstance(ctLog)],
      timestampAuthorities: [],
      certificateAuthorities: [
        {
          subject: { organization: 'test', commonName: authority.name },
          uri: 'https://authority.test',
          certChain: {
            certificates: [{ rawBytes: authorityCertificate(authority, { from: since, until }).toString('base64') }],
          },
          validFor: { start: since.toISOString() },
        },
      ],
    },

    /** `cosign sign` without a key. */
    cosign(payload: Buffer, o: Signing = {}): Extract<SignatureMaterial, { kind: 'cosign' }> {
      const { pem, privateKey } = certify(o)
      const signature = sign('sha256', payload, privateKey)
      return {
        kind: 'cosign',
        payload,
        signatureBase64: signature.toString('base64'),
        certificatePem: pem,
        chainPem: null,
        bundle: o.unlogged ? null : receipt(hashed(payload, signature), o.loggedAt ?? NOON).annotation,
      }
    },

    /** A signed statement, as `cosign sign --new-bundle-format` and GitHub's attestations make it. */
    statement(payload: Buffer, o: Signing = {}): SignatureMaterial {
      const { der, privateKey } = certify(o)
      const signature = sign('sha256', encoded(payload), privateKey)
      const body = {
        kind: 'dsse',
        apiVersion: '0.0.1',
        spec: {
          payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
          signatures: [{ signature: signature.toString('base64') }],
        },
      }
      const tlogEntries = o.unlogged ? [] : [receipt(body, o.loggedAt ?? NOON).entry]
      return bundle({ certificate: { rawBytes: der.toString('base64') }, tlogEntries }, envelope(payload, signature))
    },

    /** A signature over the manifest itself. */
    message(manifest: Buffer, o: Signing = {}): SignatureMaterial {
      const { der, privateKey } = certify(o)
      const signature = sign('sha256', manifest, privateKey)
      const { entry } = receipt(hashed(manifest, signature), o.loggedAt ?? NOON)
      return bundle(
        { certificate: { rawBytes: der.toString('base64') }, tlogEntries: [entry] },
        {
          messageSignature: {
            messageDigest: { algorithm: 'SHA2_256', digest: sha256(manifest).toString('base64') },
            signature: signature.toString('base64'),
          },
        },
      )
    },
  }
}
