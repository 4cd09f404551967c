/**
 * The check for signatures. Publishers sign the index that a tag names, the manifest of each platform, or both; what is
 * pinned is what was signed: a signed manifest vouches for no index that somebody else put around it.
 */
import { BerthError } from '#server/errors.ts'
import { type Finding, skipped } from './checks.ts'
import { withoutImage } from './image.ts'
import type { Run } from './run.ts'
import { enforced, signature, wasVerified } from './security.ts'
import type { Inspection } from './subject.ts'

/** Tells the report which digest it verified. */
export async function lookForSignature(run: Run, seen: Inspection, o: { signal: AbortSignal }): Promise<Finding> {
  const { base, deps, subject, report, earlier, signal } = run
  const { policy } = base.config.signatures
  if (policy !== 'enforce') return look()
  // What is refused is no image, which is a failure of its own.
  if (seen.kind === 'refused') return withoutImage(seen)
  const found = await look().catch((error: unknown) => {
    signal.throwIfAborted()
    return skipped(error instanceof BerthError ? error.message : 'It could not be checked in time.')
  })
  if (found.verdict !== 'skipped') return found
  const digests = seen.kind === 'image' ? [seen.image.digest, seen.image.manifestDigest] : [subject.imageDigest]
  const known = digests.find((digest) => digest !== null && wasVerified(earlier, digest)) ?? null
  if (known) report.verified(known)
  return enforced(found, known)

  async function look(): Promise<Finding> {
    if (policy !== 'off' && seen.kind === 'silent') return withoutImage(seen)
    if (policy === 'off' || seen.kind !== 'image') return signature(policy, null)
    const { digest, verdict } = await deps.signature(seen.image, o)
    if (verdict.kind === 'verified') report.verified(digest)
    return signature(policy, { digest, verdict })
  }
}
