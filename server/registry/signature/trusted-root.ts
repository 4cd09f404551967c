/**
 * Sigstore's trusted root: the authorities whose certificates count and the logs whose entries prove a time. From a
 * file, or from Sigstore's TUF repository, kept on disk and for an hour in memory. TUF's own signatures protect what
 * comes over the network and what lies on the disk.
 */
import { readFile } from 'node:fs/promises'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { DEFAULT_MIRROR_URL, getTrustedRoot } from '@sigstore/tuf'
import { toTrustMaterial, Verifier } from '@sigstore/verify'

/** What the root offers, a signature must have: an installation's own root may run without one of the logs. */
export function createVerifier(root: TrustedRoot): Verifier {
  return new Verifier(toTrustMaterial(root), {
    tlogThreshold: root.tlogs.length > 0 ? 1 : 0,
    ctlogThreshold: root.ctlogs.length > 0 ? 1 : 0,
    timestampThreshold: 1,
  })
}

/** @throws when the file can't be read or holds something else */
export async function rootFromFile(file: string): Promise<TrustedRoot> {
  const root = TrustedRoot.fromJSON(JSON.parse(await readFile(file, 'utf8')))
  if (root.certificateAuthorities.length === 0) throw new Error('it names no certificate authority')
  return root
}

export interface TufSource {
  cacheDir: string
  mirrorUrl?: string
  /** First `root.json`; absent means the one that comes with the client. */
  rootPath?: string
}

const FETCH_MS_MAX = 5000
const FRESH_MS = 60 * 60_000
/** A repository that can't be reached is not asked again for each image of a list. */
const FAILED_MS = 60_000

interface Remembered {
  root: Promise<TrustedRoot>
  until: number
}
const remembered = new Map<string, Remembered>()

/** @throws when the repository can't be reached and nothing valid is kept */
export function rootFromTuf(source: TufSource): Promise<TrustedRoot> {
  const name = JSON.stringify(source)
  const known = remembered.get(name)
  if (known && performance.now() < known.until) return known.root
  const fresh: Remembered = { root: fetchRoot(source), until: performance.now() + FRESH_MS }
  remembered.set(name, fresh)
  fresh.root.catch(() => {
    fresh.until = performance.now() + FAILED_MS
  })
  return fresh.root
}

async function fetchRoot({ cacheDir, mirrorUrl = DEFAULT_MIRROR_URL, rootPath }: TufSource): Promise<TrustedRoot> {
  const ask = (forceCache: boolean) =>
    getTrustedRoot({
      cachePath: cacheDir,
      mirrorURL: mirrorUrl,
      rootPath,
      retry: { retries: 0 },
      timeout: FETCH_MS_MAX,
      forceCache,
    })
  // What is kept is good until it expires, so that an outage of the repository is not one of ours.
  return ask(false).catch(() => ask(true))
}
