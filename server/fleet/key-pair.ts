/**
 * Ed25519 key pairs in OpenSSH's own format. ssh2's generator cuts leading zero bytes off the public half, so that one
 * key in 256 is one that nothing reads; the format is small enough to write here.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'

export interface KeyPair {
  /** `ssh-ed25519 AAAA…`, without a comment */
  publicLine: string
  /** OpenSSH private key in PEM */
  privateKey: string
}

const KEY_TYPE = 'ssh-ed25519'
const LINE_CHARACTERS = 70
/** OpenSSH pads to the cipher's block, which for `none` counts as eight bytes. */
const BLOCK_BYTES = 8

/** @param keys of node:crypto; new ones unless a test brings its own */
export function generateKeyPair(keys = generateKeyPairSync('ed25519')): KeyPair {
  const { x, d } = keys.privateKey.export({ format: 'jwk' })
  if (!x || !d) throw new Error('an Ed25519 key has no halves')
  const publicHalf = Buffer.from(x, 'base64url')
  const secretHalf = Buffer.from(d, 'base64url')
  const publicBlob = Buffer.concat([field(KEY_TYPE), field(publicHalf)])
  return {
    publicLine: `${KEY_TYPE} ${publicBlob.toString('base64')}`,
    privateKey: pem(opensshKey(publicBlob, publicHalf, secretHalf)),
  }
}

/** OpenSSH's PROTOCOL.key: magic, cipher, key derivation and its options, number of keys, public part, private part. */
function opensshKey(publicBlob: Buffer, publicHalf: Buffer, secretHalf: Buffer): Buffer {
  // Twice the same number: how a reader knows that it decrypted rightly.
  const check = randomBytes(4)
  const comment = field('')
  const secret = Buffer.concat([check, check, publicBlob, field(Buffer.concat([secretHalf, publicHalf])), comment])
  const padding = Uint8Array.from(
    { length: (BLOCK_BYTES - (secret.length % BLOCK_BYTES)) % BLOCK_BYTES },
    (_, n) => n + 1,
  )
  return Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    uint32(1),
    field(publicBlob),
    field(Buffer.concat([secret, padding])),
  ])
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
/** RFC 4251's `string`: length, bytes. */
const field = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([uint32(bytes.length), bytes])
}

const pem = (body: Buffer): string => {
  const lines = body.toString('base64').match(new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g')) ?? []
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}
