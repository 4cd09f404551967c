/** Password hashes: scrypt of node:crypto with its parameters in the string, so that they can be raised later. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/**
 * OWASP Password Storage Cheat Sheet (2025), scrypt: N=2^15, r=8, p=3 is one of its equivalent settings; it takes
 * 32 MiB a hash in place of 128 MiB (N=2^17, p=1), which matters on a small machine.
 */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const
const SALT_BYTES = 16
const HASH_BYTES = 32
/** Hashes at once: two of libuv's four threads, so that a flood of sign-ins can't starve file and DNS work. */
const CONCURRENCY = 2

let running = 0
const waiting: (() => void)[] = []

async function derive(password: string, salt: Buffer, cost: { N: number; r: number; p: number }): Promise<Buffer> {
  if (running >= CONCURRENCY) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      // NFKC, so that the same password typed on another keyboard gives the same bytes (NIST SP 800-63B-4 §3.1.1.2).
      const options = { ...cost, maxmem: 128 * cost.N * cost.r * 2 }
      scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) =>
        error ? reject(error) : resolve(key),
      )
    })
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

/** @returns `scrypt$N$r$p$salt$hash` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, COST)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), hash.toString('base64')].join('$')
}

/** Of no password: what an unknown user's attempt is compared with, so that it takes as long as a known one's. */
const DUMMY = [
  'scrypt',
  COST.N,
  COST.r,
  COST.p,
  randomBytes(SALT_BYTES).toString('base64'),
  randomBytes(HASH_BYTES).toString('base64'),
].join('$')

/** @param stored null for a user that does not exist or has no password; takes the same time and is false */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [, n, r, p, salt, hash] = (stored ?? DUMMY).split('$')
  if (!salt || !hash) throw new Error('a stored password hash is malformed')
  const expected = Buffer.from(hash, 'base64')
  const actual = await derive(password, Buffer.from(salt, 'base64'), { N: Number(n), r: Number(r), p: Number(p) })
  return expected.length === actual.length && timingSafeEqual(expected, actual) && stored !== null
}
