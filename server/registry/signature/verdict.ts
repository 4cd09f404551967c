/** What is known about an image's signatures, and who made them. */

export type Signer =
  /** `id`: SHA-256 of the public key, as `sha256:…`. */
  | { kind: 'key'; id: string }
  /** A person or a workflow, and who vouched for it (an OpenID issuer). */
  | { kind: 'certificate'; identity: string; issuer: string | null }

export type SignatureVerdict =
  | { kind: 'verified'; by: Signer; what: 'signature' | 'provenance' }
  /** Nobody that could be trusted signed this image; `reason` is a sentence when somebody else did. */
  | { kind: 'unsigned'; reason?: string }
  /** Something was signed, and none of it holds. `reason` is a sentence. */
  | { kind: 'invalid'; reason: string }
  /** Nobody could tell. Never a pass. `reason` is a sentence. */
  | { kind: 'not-checked'; reason: string }

export const invalid = (reason: string): SignatureVerdict => ({ kind: 'invalid', reason })
/**
 * What fits no configured key may be another publisher's. Whoever can change a signature can as well take it away, so
 * this is no safer to call than unsigned.
 */
export const UNKNOWN_KEY: SignatureVerdict = {
  kind: 'unsigned',
  reason: 'Its signature fits none of the configured keys: another key made it, or it was changed.',
}

export const notChecked = (reason: string): SignatureVerdict => ({ kind: 'not-checked', reason })

/** For a report: `key sha256:…` or `https://github.com/… (through https://token.actions…)`. */
export function signerText(by: Signer): string {
  if (by.kind === 'key') return `key ${by.id}`
  return by.issuer ? `${by.identity} (through ${by.issuer})` : by.identity
}
