/**
 * Secrets at rest (I6, R12): AES-256-GCM under a key derived from the master key, with the owner's purpose as
 * associated data, so that a ciphertext moved to another row or column does not open.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import type { Sealed } from '#db/schema/cloud.ts'
import { BerthError } from '#server/errors.ts'

/** NIST SP 800-38D: 96-bit nonce, 128-bit tag. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

export interface Vault {
  /** @param purpose what and whose it is, e.g. `cloud-token:<account id>`; the same string opens it */
  seal(plain: string, purpose: string): Sealed
  /** @throws BerthError DECRYPTION_FAILED, never the ciphertext */
  open(sealed: Sealed, purpose: string): string
  /** 32 bytes for another use of the master key (session secret and so on), stable per label. */
  derive(label: string): Buffer
}

/** @param keys master keys, newest first; all open, the first seals */
export function createVault(...keys: [Buffer, ...Buffer[]]): Vault {
  const derived = keys.map((master) => {
    const key = Buffer.from(hkdfSync('sha256', master, '', 'berth vault v1', 32))
    return { id: createHash('sha256').update(key).digest('hex').slice(0, 12), key }
  })
  const [current] = derived
  if (!current) throw new Error('a vault needs a key')
  return {
    seal(plain, purpose) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce)
      cipher.setAAD(Buffer.from(purpose))
      const box = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return { keyId: current.id, box: box.toString('base64') }
    },
    open(sealed, purpose) {
      const found = derived.find((k) => k.id === sealed.keyId)
      if (!found)
        throw new BerthError(
          'DECRYPTION_FAILED',
          `A stored secret was encrypted with key ${sealed.keyId}, which is not configured.`,
        )
      try {
        const box = Buffer.from(sealed.box, 'base64')
        const decipher = createDecipheriv('aes-256-gcm', found.key, box.subarray(0, NONCE_BYTES))
        decipher.setAAD(Buffer.from(purpose))
        decipher.setAuthTag(box.subarray(-TAG_BYTES))
        return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString(
          'utf8',
        )
      } catch {
        throw new BerthError('DECRYPTION_FAILED', 'A stored secret could not be decrypted.')
      }
    },
    derive: (label) => Buffer.from(hkdfSync('sha256', keys[0], '', label, 32)),
  }
}

/** 256 random bits in base64url behind a prefix that secret scanners can match. */
export const newToken = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`
export const sha256Hex = (value: string): string => createHash('sha256').update(value).digest('hex')
