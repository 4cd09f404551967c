/** What an installation trusts, read when a signature first asks for it. */
import path from 'node:path'
import type { Verifier } from '@sigstore/verify'
import type { Config } from '#server/config.ts'
import { readKeys, type TrustedKey } from './keys.ts'
import { createVerifier, rootFromFile, rootFromTuf } from './trusted-root.ts'

/** `missing` is a sentence: why nothing can be said. */
export interface Trust {
  keys(): Promise<{ list: TrustedKey[] } | { missing: string }>
  root(): Promise<{ verifier: Verifier } | { missing: string }>
}

export type SignaturePolicy = Config['signatures'] & Pick<Config, 'dataDir'>

export function createTrust({ keysFile, trustedRoot, dataDir }: SignaturePolicy): Trust {
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
      const tuf = trustedRoot === 'tuf'
      try {
        const cacheDir = path.join(dataDir, 'sigstore')
        return { verifier: createVerifier(await (tuf ? rootFromTuf({ cacheDir }) : rootFromFile(trustedRoot))) }
      } catch (error) {
        if (tuf) return { missing: "Sigstore's trusted root could not be fetched, and none is kept." }
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
