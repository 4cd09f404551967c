/**
 * The checks by name, what one finds, and how findings make a verdict.
 *
 *   facts (registry, sizes, locks, dry run) ── pure function a check ──▶ Finding ── report ──▶ row
 *
 * A check that could not look is `skipped` with the reason: never a pass, and never a reason to refuse.
 */
import {
  CHECK_IDS,
  type Check,
  type CheckGroup,
  type CheckId,
  type Fix,
  type ValidationFacts,
  type Verdict,
} from '#db/template-validation.ts'

export const CHECKS: Record<CheckId, { group: CheckGroup; title: string }> = {
  'image-reference': { group: 'image', title: 'The image reference is valid' },
  'image-manifest': { group: 'image', title: 'The image exists' },
  'image-platform': { group: 'image', title: 'It is built for linux/amd64' },
  'image-size': { group: 'image', title: 'Its download is of reasonable size' },
  'image-moved': { group: 'image', title: 'It is the image that was looked at last' },
  'package-lock': { group: 'image', title: 'Its packages are locked by hash' },
  'resources-size': { group: 'resources', title: 'A droplet is sold that it fits on' },
  'resources-disk': { group: 'resources', title: 'The image fits on the disk' },
  'resources-memory': { group: 'resources', title: 'It gets the memory that it needs' },
  'security-user': { group: 'security', title: 'It does not run as root' },
  'security-secrets': { group: 'security', title: 'No secret is baked in' },
  'security-entrypoint': { group: 'security', title: 'It starts nothing dangerous' },
  'security-tag': { group: 'security', title: 'The image is pinned' },
  'security-age': { group: 'security', title: 'The image is recent' },
  'security-ports': { group: 'security', title: 'Ports are as declared' },
  'security-signature': { group: 'security', title: 'The image is signed' },
  'security-publisher': { group: 'security', title: 'The publisher is who it seems to be' },
  'security-vulnerabilities': { group: 'security', title: 'No severe vulnerability is known' },
  'variables-declared': { group: 'dependencies', title: 'Its variables are declared' },
  'variables-formats': { group: 'dependencies', title: 'Defaults match their formats' },
  'variables-placeholders': { group: 'dependencies', title: 'No default is a placeholder' },
  'dry-run': { group: 'dependencies', title: 'It starts and lists its tools' },
}

/** What a check found; times and state are the report's. */
export type Finding = Pick<Check, 'summary' | 'evidence' | 'fix'> & { verdict: Verdict }

const finding =
  (verdict: Verdict) =>
  (summary: string, evidence: string[] = [], fix: Fix | null = null): Finding => ({ verdict, summary, evidence, fix })

export const pass = finding('pass')
export const warn = finding('warn')
export const fail = finding('fail')
export const skipped = finding('skipped')

/** Package templates only; everything else is checked for every template. */
export const checksFor = (config: { package?: unknown }): CheckId[] =>
  CHECK_IDS.filter((id) => id !== 'package-lock' || config.package !== undefined)

export const waiting = (id: CheckId): Check => ({
  ...{ id, ...CHECKS[id], state: 'waiting', verdict: null },
  ...{ summary: '', evidence: [], fix: null, durationMs: null },
})

export const NO_FACTS: ValidationFacts = {
  ...{ digest: null, compressedBytes: null, layers: null, platforms: [], user: null, exposedPorts: [] },
  ...{ createdAt: null, tools: null, protocolVersion: null, startMs: null },
}

const WORST_FIRST = ['fail', 'warn', 'pass'] as const

/** The worst of all; what was skipped counts only when nothing else was looked at. */
export const overall = (checks: readonly { verdict: Verdict | null }[]): Verdict =>
  WORST_FIRST.find((verdict) => checks.some((check) => check.verdict === verdict)) ?? 'skipped'
