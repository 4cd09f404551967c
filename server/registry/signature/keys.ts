/** The public keys that an operator trusts: PEM, any number in one file; ECDSA, RSA or Ed25519. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'

export interface TrustedKey {
  id: string
  key: KeyObject
}

/** Only public ones: a private key would be accepted as its public half, and has no business here. */
const PUBLIC_KEY = /-----BEGIN (RSA )?PUBLIC KEY-----[^-]+-----END \1?PUBLIC KEY-----/g

/** @throws when the file can't be read or holds no public key */
export async function readKeys(file: string): Promise<TrustedKey[]> {
  const pem = await readFile(file, 'utf8')
  const keys = [...pem.matchAll(PUBLIC_KEY)].map(([block]) => createPublicKey(block))
  if (keys.length === 0) throw new Error('it holds no public key in PEM')
  return keys.map((key) => ({ id: keyId(key), key }))
}

export function keyId(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' })
  return `sha256:${createHash('sha256').update(der).digest('hex')}`
}

/** @returns the key that made the signature */
export function signingKey(keys: TrustedKey[], data: Buffer, signature: Buffer): TrustedKey | undefined {
  return keys.find(({ key }) => fits(key, data, signature))
}

function fits(key: KeyObject, data: Buffer, signature: Buffer): boolean {
  // Ed25519 hashes by itself; Sigstore's clients use SHA-256 with everything else.
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  try {
    return verify(hash, data, key, signature)
  } catch {
    return false
  }
}
