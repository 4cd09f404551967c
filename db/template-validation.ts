/** What a validation finds: stored with the version, streamed while it runs, drawn as it is. */
import type { ToolSummary } from './schema/deployments.ts'

/** `skipped`: not checked, the summary says why; it is never a pass. */
export const VERDICTS = ['pass', 'warn', 'fail', 'skipped'] as const
export type Verdict = (typeof VERDICTS)[number]

export const CHECK_GROUPS = ['image', 'resources', 'security', 'dependencies'] as const
export type CheckGroup = (typeof CHECK_GROUPS)[number]

/** Every check, in the order of the report; a title each in `server/templates/validation/checks.ts`. */
export const CHECK_IDS = [
  // image
  'image-reference',
  'image-manifest',
  'image-platform',
  'image-size',
  'image-moved',
  'package-lock',
  // resources
  'resources-size',
  'resources-disk',
  'resources-memory',
  // security
  'security-user',
  'security-secrets',
  'security-entrypoint',
  'security-tag',
  'security-age',
  'security-ports',
  'security-signature',
  'security-publisher',
  'security-vulnerabilities',
  // dependencies
  'variables-declared',
  'variables-formats',
  'variables-placeholders',
  'dry-run',
] as const
export type CheckId = (typeof CHECK_IDS)[number]

/** A failing check that an admin may take upon themselves: a package that can't be installed runs for nobody. */
export const isAcceptable = (id: CheckId): boolean => id !== 'package-lock'

export interface Fix {
  /** One sentence: what to do. */
  text: string
  /** What one click changes in the template's content (paths into `TemplateContent`); absent when only a person can. */
  patch?: { path: (string | number)[]; value: unknown }[]
}

export interface Check {
  id: CheckId
  group: CheckGroup
  title: string
  state: 'waiting' | 'running' | 'done'
  verdict: Verdict | null
  /** One sentence with the finding. */
  summary: string
  /** What was seen: digests, names of variables, lines of a log; never a secret's value. */
  evidence: string[]
  fix: Fix | null
  durationMs: number | null
}

export const VALIDATION_TRIGGERS = ['save', 'manual', 'schedule', 'deployment'] as const
export type ValidationTrigger = (typeof VALIDATION_TRIGGERS)[number]

/** Facts that later work uses; null until that check has them. */
export interface ValidationFacts {
  digest: string | null
  compressedBytes: number | null
  layers: number | null
  platforms: string[]
  user: string | null
  exposedPorts: number[]
  createdAt: string | null
  tools: ToolSummary[] | null
  protocolVersion: string | null
  startMs: number | null
}
