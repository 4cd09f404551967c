/**
 * A Sigstore bundle: a signature with the key's hint or the certificate that made it, and the log entries that prove
 * when. What it signs is an in-toto statement about the image, or the image's manifest itself.
 */
import { type Bundle, bundleFromJSON } from '@sigstore/bundle'
import { type SignedEntity, toSignedEntity, VerificationError } from '@sigstore/verify'
import { z } from 'zod'
import type { Trust } from './trust.ts'
import { invalid, notChecked, type SignatureVerdict, UNKNOWN_KEY } from './verdict.ts'

export interface SignedImage {
  digest: string
  /** The manifest's bytes, for the rare signature that was made over them. */
  manifest?: Buffer
}

const IN_TOTO = 'application/vnd.in-toto+json'
/** Other statements (a scan's result, a list of parts) vouch for nothing. */
const PREDICATES: [RegExp, 'signature' | 'provenance'][] = [
  [/^https:\/\/sigstore\.dev\/cosign\/sign\/v1$/, 'signature'],
  [/^https:\/\/slsa\.dev\/provenance\/v(0\.2|1)$/, 'provenance'],
]

const statement = z.object({
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })).min(1),
  predicateType: z.string(),
})

export async function verifyBundle(json: unknown, image: SignedImage, trust: Trust): Promise<SignatureVerdict> {
  const bundle = readable(() => bundleFromJSON(json))
  if (!bundle) return invalid('A signature bundle of the image is damaged.')
  const { content } = bundle
  if (content.$case === 'messageSignature') {
    const signed = `sha256:${content.messageSignature.messageDigest.digest.toString('hex')}`
    if (signed !== image.digest) return invalid(otherDigest(signed))
    if (!image.manifest) return notChecked('The signature is over the manifest itself, which was not read.')
    return verifySigned(bundle, image.manifest, 'signature', trust)
  }
  const { payload, payloadType } = content.dsseEnvelope
  const said = readable(() => statement.parse(JSON.parse(payload.toString('utf8'))))
  if (payloadType !== IN_TOTO || !said) return invalid('A signed statement about the image is damaged.')
  const what = PREDICATES.find(([type]) => type.test(said.predicateType))?.[1]
  if (!what) return { kind: 'unsigned' }
  const subjects = said.subject.map(({ digest }) => `sha256:${digest.sha256}`)
  if (!subjects.includes(image.digest)) return invalid(otherDigest(subjects[0] ?? ''))
  return verifySigned(bundle, undefined, what, trust)
}

export const otherDigest = (signed: string): string =>
  `The signature is for another image: ${/^sha256:[0-9a-f]{64}$/.test(signed) ? signed : 'it names no digest of this kind'}.`

/** @param artifact what a message signature was made over */
export async function verifySigned(
  bundle: Bundle,
  artifact: Buffer | undefined,
  what: 'signature' | 'provenance',
  trust: Trust,
): Promise<SignatureVerdict> {
  const entity = readable(() => toSignedEntity(bundle, artifact))
  if (!entity) return invalid('The certificate of a signature is damaged.')
  return entity.key.$case === 'public-key'
    ? byKey(entity, entity.key.hint, what, trust)
    : byCertificate(entity, what, trust)
}

/** A trusted key needs no log: it says nothing about when, and nobody asks. */
async function byKey(
  entity: SignedEntity,
  hint: string,
  what: 'signature' | 'provenance',
  trust: Trust,
): Promise<SignatureVerdict> {
  const keys = await trust.keys()
  if ('missing' in keys) return notChecked(keys.missing)
  // The hint is the signer's word; the keys are few enough to try each.
  const match = keys.list.find(({ key }) => entity.signature.verifySignature(key))
  if (match) return { kind: 'verified', by: { kind: 'key', id: match.id }, what }
  // cosign's hint is the key's SHA-256.
  const claimed = `sha256:${Buffer.from(hint, 'base64').toString('hex')}`
  return keys.list.some(({ id }) => id === claimed)
    ? invalid('The signature names a configured key, which did not make it: it was changed.')
    : UNKNOWN_KEY
}

async function byCertificate(
  entity: SignedEntity,
  what: 'signature' | 'provenance',
  trust: Trust,
): Promise<SignatureVerdict> {
  const root = await trust.root()
  if ('missing' in root) return notChecked(root.missing)
  try {
    const { identity } = root.verifier.verify(entity)
    const name = identity?.subjectAlternativeName
    if (!name) return invalid('The certificate of the signature names nobody.')
    return {
      kind: 'verified',
      by: { kind: 'certificate', identity: name, issuer: identity.extensions?.issuer ?? null },
      what,
    }
  } catch (error) {
    if (!(error instanceof VerificationError)) return invalid('The certificate of a signature is damaged.')
    return invalid(`${sentenceOf(error.code)} (${error.message})`)
  }
}

function sentenceOf(code: string): string {
  if (code.startsWith('TLOG')) return 'The transparency log does not confirm the signature'
  if (code === 'TIMESTAMP_ERROR') return 'No transparency log proves when the signature was made'
  if (code === 'CERTIFICATE_ERROR')
    return "The signer's certificate is not from a trusted authority, or was not valid when it signed"
  return 'The signature does not fit what was signed'
}

function readable<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
