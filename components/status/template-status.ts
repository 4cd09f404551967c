/** The words, icons and tones of templates: a version's status, a verdict, a check, and what a registry says upstream. */
import {
  Archive,
  Ban,
  Circle,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CircleMinus,
  CircleX,
  LoaderCircle,
  PackageCheck,
  PackageX,
  PencilLine,
  Radio,
  Shield,
  ShieldAlert,
  ShieldCheck,
  ShieldMinus,
  ShieldX,
  TriangleAlert,
} from 'lucide-react'
import type { UpstreamStatus } from '#db/schema/templates.ts'
import type { VersionStatus } from '#db/template-content.ts'
import type { CheckGroup, ValidationTrigger, Verdict } from '#db/template-validation.ts'
import type { TemplateWarning } from '#server/api/views.ts'
import type { Status } from './status.ts'

export const VERSION_STATUS: Record<VersionStatus, Status> = {
  draft: {
    tone: 'idle',
    icon: PencilLine,
    label: 'Draft',
    sentence: 'Only admins see it; nobody can deploy it.',
    terminal: false,
  },
  published: {
    tone: 'ok',
    icon: CircleCheck,
    label: 'Published',
    sentence: 'It stands in the marketplace; everybody can deploy it.',
    terminal: false,
  },
  deprecated: {
    tone: 'warn',
    icon: Archive,
    label: 'Deprecated',
    sentence: 'It left the marketplace; who has its address can still deploy it.',
    terminal: false,
  },
  withdrawn: {
    tone: 'bad',
    icon: Ban,
    label: 'Withdrawn',
    sentence: 'Nobody can deploy it any more; what runs goes on and shows a warning.',
    terminal: true,
  },
}

/** A verdict, or what stands in its place. */
export type VerdictState = Verdict | 'running' | 'none'

export const VERDICT_STATUS: Record<VerdictState, Status> = {
  pass: { tone: 'ok', icon: CircleCheck, label: 'Passed', sentence: 'All checks passed.', terminal: true },
  warn: {
    tone: 'warn',
    icon: TriangleAlert,
    label: 'Warnings',
    sentence: 'It may be published; some checks found something to look at.',
    terminal: true,
  },
  fail: {
    tone: 'bad',
    icon: CircleX,
    label: 'Failed',
    sentence: 'A check failed; fix it, or accept it with a reason.',
    terminal: true,
  },
  skipped: {
    tone: 'idle',
    icon: CircleMinus,
    label: 'Not checked',
    sentence: 'It was not checked; that is never a pass.',
    terminal: true,
  },
  running: {
    tone: 'busy',
    icon: LoaderCircle,
    turns: true,
    label: 'Checking',
    sentence: 'The checks are under way.',
    terminal: false,
  },
  none: {
    tone: 'idle',
    icon: CircleDashed,
    label: 'Never checked',
    sentence: 'No checks have run over this version yet.',
    terminal: false,
  },
}

/** One check of a report: its verdict, or that it waits or runs. */
export type CheckState = Verdict | 'running' | 'waiting'

export const CHECK_STATUS: Record<CheckState, Status> = {
  pass: { ...VERDICT_STATUS.pass, sentence: 'This check passed.' },
  warn: { ...VERDICT_STATUS.warn, label: 'Warning', sentence: 'This check found something to look at.' },
  fail: { ...VERDICT_STATUS.fail, sentence: 'This check failed.' },
  skipped: VERDICT_STATUS.skipped,
  running: { ...VERDICT_STATUS.running, label: 'Running', sentence: 'This check is under way.' },
  waiting: {
    tone: 'idle',
    icon: Circle,
    label: 'Waiting',
    sentence: 'Waits for the checks before it.',
    terminal: false,
  },
}

export const UPSTREAM_STATUS: Record<UpstreamStatus, Status> = {
  active: { tone: 'ok', icon: Radio, label: 'Active', sentence: 'Its registry still offers it.', terminal: false },
  deprecated: {
    tone: 'warn',
    icon: TriangleAlert,
    label: 'Deprecated upstream',
    sentence: 'Its publisher asks to use something else.',
    terminal: false,
  },
  deleted: {
    tone: 'bad',
    icon: ShieldX,
    label: 'Deleted upstream',
    sentence: 'Its registry removed it, often because it is malware.',
    terminal: true,
  },
}

/** The security badge; `none` before the first checks. */
export const SECURITY_STATUS: Record<Verdict | 'none', Status> = {
  pass: {
    tone: 'ok',
    icon: ShieldCheck,
    label: 'Security passed',
    sentence: 'What the security checks looked at is in order.',
    terminal: true,
  },
  warn: {
    tone: 'warn',
    icon: ShieldAlert,
    label: 'Security warnings',
    sentence: 'The security checks found something to know before you deploy it.',
    terminal: true,
  },
  fail: {
    tone: 'bad',
    icon: ShieldX,
    label: 'Security failed',
    sentence: 'A security check failed, and an admin accepted that.',
    terminal: true,
  },
  skipped: {
    tone: 'idle',
    icon: ShieldMinus,
    label: 'Security unknown',
    sentence: 'The security checks could not look at it; that is never a pass.',
    terminal: true,
  },
  none: {
    tone: 'idle',
    icon: Shield,
    label: 'Security not checked',
    sentence: 'Its checks have not run yet.',
    terminal: false,
  },
}

/** Can its image be had? */
export type Runs = 'here' | 'unknown' | 'refused'

export const RUNS_STATUS: Record<Runs, Status> = {
  here: {
    tone: 'ok',
    icon: PackageCheck,
    label: 'Image found',
    sentence: 'Its registry has the image, so your droplets can pull it.',
    terminal: true,
  },
  unknown: {
    tone: 'idle',
    icon: CircleHelp,
    label: 'Image not checked yet',
    sentence: 'Berth has not asked its registry yet; a deployment will.',
    terminal: false,
  },
  refused: {
    tone: 'warn',
    icon: PackageX,
    label: 'Image not available',
    sentence: 'Its registry does not give the image.',
    terminal: true,
  },
}

/** What hangs over a running copy; the gravest first. */
export const WARNING_STATUS: Record<TemplateWarning['kind'], Status> = {
  'upstream-deleted': { ...UPSTREAM_STATUS.deleted, sentence: 'Stop it unless you know better.' },
  withdrawn: { ...VERSION_STATUS.withdrawn, sentence: 'It can not be deployed again.' },
  'upstream-deprecated': { ...UPSTREAM_STATUS.deprecated, sentence: 'Look for what replaces it.' },
  deprecated: { ...VERSION_STATUS.deprecated, sentence: 'Look for a newer version or another server.' },
}

export const CHECK_GROUP_TITLES: Record<CheckGroup, string> = {
  image: 'Image',
  resources: 'Resources',
  security: 'Security',
  dependencies: 'Variables and start',
}

export const TRIGGER_WORDS: Record<ValidationTrigger, string> = {
  save: 'after saving',
  manual: 'asked for',
  schedule: 'on schedule',
  deployment: 'before a deployment',
}
