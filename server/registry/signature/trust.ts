/** What an installation trusts, read when a signature first asks for it. */
import path from 'node:path'
import type { Verifier } from '@sigstore/verify'
import type { Config } from '#server/config.ts'
import { readKeys, type TrustedKey } from './keys.ts'
import { createVerifier, rootFromFile, rootFromTuf, type TufSource } from './trusted-root.ts'

/** `missing` is a sentence: why nothing can be said. */
export interface Trust {
  keys(): Promise<{ list: TrustedKey[] } | { missing: string }>
  root(): Promise<{ verifier: Verifier } | { missing: string }>
}

export type SignaturePolicy = Config['signatures'] & Pick<Config, 'dataDir'>

/** @param tuf another repository than Sigstore's public one */
export function createTrust(
  { keysFile, trustedRoot, dataDir }: SignaturePolicy,
  tuf: Omit<TufSource, 'cacheDir'> = {},
): Trust {
  return {
    keys: once(async () => {
      if (!keysFile) return { missing: 'It is signed with a key, and no keys are configured (BERTH_SIGNATURE_KEYS).' }
      try {
        return { list: await readKeys(keysFile) }
      } catch (error) {
        return { missing: `The file of BERTH_SIGNATURE_KEYS can't be used: ${(error as Error).message}.` }
      }
    }),
    root: once(async () => {
      if (!trustedRoot)
        return { missing: 'It is signed with a certificate, and no trusted root is configured (BERTH_SIGSTORE_ROOT).' }
      const fetched = trustedRoot === 'tuf'
      try {
        const source = { ...tuf, cacheDir: path.join(dataDir, 'sigstore') }
        return { verifier: createVerifier(await (fetched ? rootFromTuf(source) : rootFromFile(trustedRoot))) }
      } catch (error) {
        if (fetched) return { missing: "Sigstore's trusted root could not be fetched, and none is kept." }
        return { missing: `The file of BERTH_SIGSTORE_ROOT can't be used: ${(error as Error).message}.` }
      }
    }),
  }
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined
  return () => {
    value ??= read()
    return value
  }
}
