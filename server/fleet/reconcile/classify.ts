/** What a droplet that the cloud lists is to Berth. Pure: the danger of deleting the wrong thing is decided here. */
import type { CloudDroplet } from '#server/cloud/port.ts'
import { installationTag } from '../names.ts'
import type { Droplet } from '../types.ts'

/**
 * A row stands before its droplet is asked for, so one without a row comes from a database that was set back. A minute
 * lets a listing that is older than the row pass.
 */
export const UNKNOWN_GRACE_MS = 60_000

export type Verdict =
  /** Its row knows it. */
  | 'known'
  /** Its creation is under way. */
  | 'expected'
  /** A second droplet of an attempt, or one of an attempt that was given up: nobody will ever use it. */
  | 'twin'
  /** Carries this installation's tag and no row is known; delete once older than the grace. */
  | 'unknown'
  /** As `unknown`, but too young to tell. */
  | 'young'
  /** Its owner told Berth to forget the account it was in: not Berth's to touch. */
  | 'unmanaged'

export interface ClassifyInput {
  listed: CloudDroplet
  /** Row with the same attempt tag. */
  row: Pick<Droplet, 'state' | 'providerId' | 'cloudAccountId'> | undefined
  accountId: string
  installationId: string
  now: Date
}

export function classify({ listed, row, accountId, installationId, now }: ClassifyInput): Verdict {
  // R19: whatever a listing says, only what carries the tag is Berth's.
  if (!listed.tags.includes(installationTag(installationId))) return 'unmanaged'
  if (!row) return now.getTime() - listed.createdAt.getTime() > UNKNOWN_GRACE_MS ? 'unknown' : 'young'
  if (row.state === 'deleted')
    return row.providerId === listed.id && row.cloudAccountId !== accountId ? 'unmanaged' : 'twin'
  if (row.providerId === null) return 'expected'
  return row.providerId === listed.id ? 'known' : 'twin'
}

export const attemptTagOn = (listed: CloudDroplet): string | undefined =>
  listed.tags.find((tag) => tag.startsWith('berth-try-'))
