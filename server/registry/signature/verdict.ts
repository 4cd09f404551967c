/** What is known about an image's signatures, and who made them. */

export type Signer =
  /** `id`: SHA-256 of the public key, as `sha256:…`. */
  | { kind: 'key'; id: string }
  /** A person or a workflow, and who vouched for it (an OpenID issuer). */
  | { kind: 'certificate'; identity: string; issuer: string | null }

export type SignatureVerdict =
  | { kind: 'verified'; by: Signer; what: 'signature' | 'provenance' }
  /** Nothing was signed over this image. */
  | { kind: 'unsigned' }
  /** Something was signed, and none of it holds. `reason` is a sentence. */
  | { kind: 'invalid'; reason: string }
  /** Nobody could tell. Never a pass. `reason` is a sentence. */
  | { kind: 'not-checked'; reason: string }

export const invalid = (reason: string): SignatureVerdict => ({ kind: 'invalid', reason })
export const notChecked = (reason: string): SignatureVerdict => ({ kind: 'not-checked', reason })

/** For a report: `key sha256:…` or `https://github.com/… (through https://token.actions…)`. */
export function signerText(by: Signer): string {
  if (by.kind === 'key') return `key ${by.id}`
  return by.issuer ? `${by.identity} (through ${by.issuer})` : by.identity
}
