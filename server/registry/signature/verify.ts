/**
 * Who vouches for an image.
 *
 *   verifyImage ─▶ cosign layer  ─▶ refuseClaim (digest, repository) ─▶ configured key, or certificate + log receipt
 *               └▶ Sigstore bundle ─▶ statement or manifest (digest) ─▶ configured key, or certificate + log entry
 *
 * It promises: `verified` means that a trusted key or a certificate under the trusted root signed this very digest;
 * one such signature is enough, others beside it can't take it away. What can't be checked is never a pass. It asks no
 * registry; only a trusted root `tuf` is fetched.
 */
import type { SignatureMaterial } from '../port.ts'
import { type SignedImage, verifyBundle } from './bundle.ts'
import { verifyCosign } from './cosign.ts'
import { createTrust, type SignaturePolicy } from './trust.ts'
import { notChecked, type SignatureVerdict } from './verdict.ts'

export interface ImageToVerify extends SignedImage {
  /** The reference, of which only the repository counts. */
  image: string
  policy: SignaturePolicy
}

/** Anyone who may push can add signatures; each costs a public-key operation. */
const MATERIALS_MAX = 64

export async function verifyImage(materials: SignatureMaterial[], about: ImageToVerify): Promise<SignatureVerdict> {
  if (about.policy.policy === 'off') return notChecked('Signatures are not checked here (BERTH_SIGNATURE_POLICY).')
  const trust = createTrust(about.policy)
  const verdicts: SignatureVerdict[] = []
  for (const material of materials.slice(0, MATERIALS_MAX)) {
    const verdict =
      material.kind === 'cosign'
        ? await verifyCosign(material, about, trust)
        : await verifyBundle(material.bundle, about, trust)
    if (verdict.kind === 'verified') return verdict
    verdicts.push(verdict)
  }
  if (materials.length > MATERIALS_MAX)
    verdicts.push(notChecked(`It has ${materials.length} signatures; none of the first ${MATERIALS_MAX} holds.`))
  // While one could still turn out good, the image is not known to be bad.
  const found =
    verdicts.find(({ kind }) => kind === 'not-checked') ??
    verdicts.find(({ kind }) => kind === 'invalid') ??
    verdicts.find((verdict) => verdict.kind === 'unsigned' && verdict.reason)
  return found ?? { kind: 'unsigned' }
}
