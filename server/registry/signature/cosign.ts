/**
 * cosign's "simple signing": a small JSON document that names the image's digest, signed by a key, or by a certificate
 * with the log's receipt beside it. The receipt and the certificate make a Sigstore bundle, and are judged as one.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { BUNDLE_V01_MEDIA_TYPE, type Bundle, bundleFromJSON } from '@sigstore/bundle'
import { z } from 'zod'
import type { SignatureMaterial } from '../port.ts'
import { parseReference } from '../reference.ts'
import { otherDigest, verifySigned } from './bundle.ts'
import { signingKey } from './keys.ts'
import type { Trust } from './trust.ts'
import { invalid, notChecked, type SignatureVerdict, UNKNOWN_KEY } from './verdict.ts'

type CosignMaterial = Extract<SignatureMaterial, { kind: 'cosign' }>

const simpleSigning = z.object({
  critical: z.object({
    identity: z.object({ 'docker-reference': z.string() }),
    image: z.object({ 'docker-manifest-digest': z.string() }),
    type: z.enum(['cosign container image signature', 'atomic container signature']),
  }),
})

const receipt = z.object({
  SignedEntryTimestamp: z.string(),
  Payload: z.object({ body: z.string(), integratedTime: z.int(), logIndex: z.int(), logID: z.string() }),
})
const entryBody = z.object({ kind: z.string(), apiVersion: z.string() })

export async function verifyCosign(
  material: CosignMaterial,
  about: { image: string; digest: string },
  trust: Trust,
): Promise<SignatureVerdict> {
  const refused = refuseClaim(material.payload, about)
  if (refused) return invalid(refused)
  if (material.certificatePem !== null) {
    const bundle = asBundle(material, material.certificatePem)
    return bundle
      ? verifySigned(bundle, material.payload, 'signature', trust)
      : invalid('A cosign signature is damaged.')
  }
  const keys = await trust.keys()
  if ('missing' in keys) return notChecked(keys.missing)
  const match = signingKey(keys.list, material.payload, Buffer.from(material.signatureBase64, 'base64'))
  return match ? { kind: 'verified', by: { kind: 'key', id: match.id }, what: 'signature' } : UNKNOWN_KEY
}

/** @returns why the signed document says nothing about this image */
function refuseClaim(payload: Buffer, about: { image: string; digest: string }): string | null {
  let claim: z.infer<typeof simpleSigning>['critical']
  try {
    claim = simpleSigning.parse(JSON.parse(payload.toString('utf8'))).critical
  } catch {
    return 'A cosign signature is damaged.'
  }
  const digest = claim.image['docker-manifest-digest']
  if (digest !== about.digest) return otherDigest(digest)
  const name = claim.identity['docker-reference']
  // An empty name makes no claim; a wrong one would pass off one image of a signer as another.
  return name === '' || sameRepository(name, about.image) ? null : 'The signature is for another repository.'
}

function sameRepository(one: string, other: string): boolean {
  try {
    const [a, b] = [parseReference(one), parseReference(other)]
    return a.registry === b.registry && a.repository === b.repository
  } catch {
    return false
  }
}

/** @returns null when a part can't be read; without a receipt a bundle without a log entry, which proves no time */
function asBundle(material: CosignMaterial, certificatePem: string): Bundle | null {
  try {
    const digest = createHash('sha256').update(material.payload).digest('base64')
    return bundleFromJSON({
      mediaType: BUNDLE_V01_MEDIA_TYPE,
      verificationMaterial: {
        // Only the leaf: what stands above it is for the trusted root to say.
        x509CertificateChain: {
          certificates: [{ rawBytes: new X509Certificate(certificatePem).raw.toString('base64') }],
        },
        tlogEntries: material.bundle === null ? [] : [logEntry(material.bundle)],
      },
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest },
        signature: material.signatureBase64,
      },
    })
  } catch {
    return null
  }
}

function logEntry(annotation: string) {
  const { SignedEntryTimestamp, Payload } = receipt.parse(JSON.parse(annotation))
  const { kind, apiVersion } = entryBody.parse(JSON.parse(Buffer.from(Payload.body, 'base64').toString('utf8')))
  return {
    logIndex: String(Payload.logIndex),
    logId: { keyId: Buffer.from(Payload.logID, 'hex').toString('base64') },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(Payload.integratedTime),
    inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
    canonicalizedBody: Payload.body,
  }
}
