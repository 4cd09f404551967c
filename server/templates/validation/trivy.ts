/**
 * Known vulnerabilities of an image, found by the operator's own Trivy. The only program that the server starts: an
 * absolute list of arguments, no shell, none of Berth's environment, bounded in time and output.
 *
 * Trivy fetches the image itself, so a caller first asks Berth's guarded registry client for it, and passes a reference
 * with a digest on. What can't be scanned is `not-scanned` with the reason, never a pass.
 */
import { type ExecFileException, execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { z } from 'zod'
import type { Config } from '#server/config.ts'
import { parseReference } from '#server/registry/index.ts'
import type { Credentials } from '#server/registry/port.ts'

/** Worst first. */
export const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN'] as const
export type Severity = (typeof SEVERITIES)[number]

export interface Vulnerability {
  id: string
  severity: Severity
  package: string
  installed: string
  /** Null while nobody has fixed it. */
  fixed: string | null
  title: string
}

export type ScanResult =
  | {
      kind: 'scanned'
      counts: Record<Severity, number>
      /** Worst first; of equal ones those that an update mends. */
      top: Vulnerability[]
      /** How many are as severe as the operator's threshold, or more. */
      failing: number
      /** Systems and lists of packages that Trivy recognised; with none, zero vulnerabilities say nothing. */
      targets: number
      /** The image's system, when its makers no longer mend it. */
      endOfLife: string | null
    }
  | { kind: 'not-scanned'; reason: string }

export interface ScanOptions {
  signal?: AbortSignal
  /** For a private registry. */
  credentials?: Credentials | null
  timeoutMs?: number
}

const TOP_MAX = 10
/** A large image on a slow line, with a first download of the database. */
const TIMEOUT_MS = 5 * 60_000
const OUTPUT_BYTES_MAX = 64 * 2 ** 20
const TEXT_MAX = 300
/** Where systems keep what they install; another place is given as a full path in TRIVY_PATH. */
const SEARCHED = '/usr/local/bin:/usr/bin:/bin:/snap/bin:/opt/homebrew/bin'

/** @throws only when `signal` aborts */
export async function scanImage(trivy: Config['trivy'], image: string, o: ScanOptions = {}): Promise<ScanResult> {
  if (!trivy) return notScanned('No Trivy is configured (TRIVY_PATH or TRIVY_SERVER_URL).')
  // A reference begins with a letter or a digit, so it can't be read as an option.
  if (!isReference(image)) return notScanned('This is not an image reference.')
  const timeoutMs = o.timeoutMs ?? TIMEOUT_MS
  const args = [
    ...['image', '--format', 'json', '--quiet', '--scanners', 'vuln', '--platform', 'linux/amd64'],
    // Not the Docker daemon of Berth's own machine.
    ...['--image-src', 'remote', '--timeout', `${Math.ceil(timeoutMs / 1000)}s`],
    ...(trivy.serverUrl ? ['--server', trivy.serverUrl] : []),
    image,
  ]
  const ran = await run(trivy.path, args, { ...o, timeoutMs })
  if ('error' in ran) {
    o.signal?.throwIfAborted()
    return notScanned(whyFailed(ran.error, ran.stderr))
  }
  const report = parseReport(ran.stdout)
  return report
    ? summarise(report, trivy.failSeverity)
    : notScanned('Trivy answered with something else than a report.')
}

const notScanned = (reason: string): ScanResult => ({ kind: 'not-scanned', reason })

function isReference(image: string): boolean {
  try {
    parseReference(image)
    return /^[a-zA-Z0-9[]/.test(image)
  } catch {
    return false
  }
}

type Ran = { stdout: string } | { error: ExecFileException; stderr: string }

function run(path: string, args: string[], o: ScanOptions & { timeoutMs: number }): Promise<Ran> {
  const env = {
    PATH: SEARCHED,
    // Trivy keeps its databases there.
    HOME: homedir(),
    ...(o.credentials && { TRIVY_USERNAME: o.credentials.username, TRIVY_PASSWORD: o.credentials.password }),
  }
  const options = {
    env: env as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv,
    signal: o.signal,
    timeout: o.timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_BYTES_MAX,
  } as const
  return new Promise((resolve) => {
    execFile(path, args, options, (error, stdout, stderr) => resolve(error ? { error, stderr } : { stdout }))
  })
}

function whyFailed(error: ExecFileException, stderr: string): string {
  const { code } = error as { code?: unknown }
  if (code === 'ENOENT' || code === 'EACCES') return 'The Trivy binary was not found, or may not be run (TRIVY_PATH).'
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'The report of Trivy is too long.'
  if (error.killed) return 'Trivy took too long.'
  const lastLine = stderr.trim().split('\n').at(-1) ?? ''
  // The address of a Trivy server may hold a password.
  const said = shortened(lastLine.replace(/\/\/[^/@\s]+@/g, '//'))
  return said ? `Trivy failed: ${said}` : 'Trivy failed without a word.'
}

const shortened = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').slice(0, TEXT_MAX)

const text = z.string().catch('').transform(shortened)
const vulnerability = z.object({
  VulnerabilityID: z.string().min(1).transform(shortened),
  Severity: z.enum(SEVERITIES).catch('UNKNOWN'),
  PkgName: text,
  InstalledVersion: text,
  FixedVersion: text,
  Title: text,
})
const report = z.object({
  SchemaVersion: z.literal(2),
  Metadata: z
    .object({ OS: z.object({ Family: text, Name: text, EOSL: z.boolean().catch(false) }).nullish() })
    .nullish()
    .catch(null),
  // Left out when nothing was recognised.
  Results: z.array(z.object({ Vulnerabilities: z.array(z.unknown()).nullish() })).nullish(),
})
type Report = z.infer<typeof report>

function parseReport(json: string): Report | null {
  try {
    return report.safeParse(JSON.parse(json)).data ?? null
  } catch {
    return null
  }
}

function summarise({ Results, Metadata }: Report, threshold: NonNullable<Config['trivy']>['failSeverity']): ScanResult {
  const all = (Results ?? []).flatMap(({ Vulnerabilities }) => (Vulnerabilities ?? []).flatMap(readVulnerability))
  const counts: Record<Severity, number> = { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, UNKNOWN: 0 }
  for (const { severity } of all) counts[severity]++
  const upTo = threshold === 'NEVER' ? -1 : SEVERITIES.indexOf(threshold)
  const os = Metadata?.OS
  return {
    kind: 'scanned',
    counts,
    top: all.sort(worstFirst).slice(0, TOP_MAX),
    failing: SEVERITIES.slice(0, upTo + 1).reduce((sum, severity) => sum + counts[severity], 0),
    targets: Results?.length ?? 0,
    endOfLife: os?.EOSL ? `${os.Family} ${os.Name}`.trim() : null,
  }
}

/** What has no name can't be shown to anyone. */
function readVulnerability(value: unknown): Vulnerability[] {
  const read = vulnerability.safeParse(value)
  if (!read.success) return []
  const {
    VulnerabilityID: id,
    Severity: severity,
    PkgName,
    InstalledVersion: installed,
    FixedVersion,
    Title,
  } = read.data
  return [{ id, severity, package: PkgName, installed, fixed: FixedVersion || null, title: Title }]
}

const worstFirst = (a: Vulnerability, b: Vulnerability): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
  Number(a.fixed === null) - Number(b.fixed === null) ||
  (a.id < b.id ? -1 : 1)
