/** How pip is called: the only place that knows its options and its words. */
import { z } from 'zod'
import type { PackageSource } from '#db/template-config.ts'
import type { PackageLock } from '#db/template-content.ts'
import type { FileToPut } from '#server/engine/port.ts'
import type { BerthError } from '#server/errors.ts'
import { containerFile } from './container-file.ts'
import type { JobEnd } from './job.ts'
import { PACKAGE_DIR, SCRATCH_DIR } from './names.ts'
import { refused } from './npm-lock.ts'
import { unreachable } from './unreachable.ts'

export interface PythonRunner {
  indexUrl: string
}
type PypiLock = Extract<PackageLock, { registryType: 'pypi' }>

export const RESOLVED_FILE = 'resolved.json'
const TOLD_LINES_MAX = 4
/** The most telling first: pip wraps one in the other. */
const UNREACHABLE = [
  /CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError/,
  /Connection (?:refused|reset)|Name or service not known|Temporary failure in name resolution/,
  /No route to host|Network is unreachable|NameResolutionError|ProxyError|RemoteDisconnected/,
  /ConnectTimeoutError|ReadTimeoutError|NewConnectionError/,
]

const RESOLVE = containerFile('resolve.py')

const resolved = z.object({
  installed: z
    .array(
      z.object({
        name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
        version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+!_-]*$/),
        url: z.string(),
        sha256: z.string(),
        direct: z.boolean(),
      }),
    )
    .min(1)
    .max(2000),
  scripts: z.array(z.string().regex(/^[A-Za-z0-9][\w.-]*$/)),
})

function options({ indexUrl }: PythonRunner): string[] {
  const { protocol, hostname } = new URL(indexUrl)
  return [
    ...['--only-binary', ':all:', '--no-input', '--no-cache-dir', '--disable-pip-version-check', '--no-warn-conflicts'],
    ...['--progress-bar', 'off', '--retries', '2', '--timeout', '15', '--index-url', indexUrl],
    // pip takes an index without TLS only when told to; the operator chose this one.
    ...(protocol === 'http:' ? ['--trusted-host', hostname] : []),
  ]
}

export function pypiResolve(runner: PythonRunner, source: PackageSource): { cmd: string[]; files: FileToPut[] } {
  const target = `${SCRATCH_DIR}/site`
  const report = `${SCRATCH_DIR}/report.json`
  const pip = ['install', '--ignore-installed', '--target', target, '--report', report, '--quiet', ...options(runner)]
  const facts = [source.identifier, target, report, `${PACKAGE_DIR}/${RESOLVED_FILE}`]
  return {
    cmd: ['python3', '-I', `${PACKAGE_DIR}/resolve.py`, ...facts, ...pip, `${source.identifier}==${source.version}`],
    files: [{ path: 'resolve.py', content: RESOLVE }],
  }
}

/** @throws PACKAGE_NOT_INSTALLABLE naming each distribution at fault */
export function pypiLock(text: string, source: PackageSource): PypiLock {
  const parsed = resolved.safeParse(parseJson(text))
  if (!parsed.success) throw refused(source, ['pip told something that can not be read.'])
  const { installed, scripts } = parsed.data
  const faults = installed.flatMap(({ name, url, sha256, direct }) => {
    if (direct) return [`${name} comes from ${url}, not from the index.`]
    return /^[0-9a-f]{64}$/.test(sha256) ? [] : [`${name} has no sha256 hash.`]
  })
  if (faults.length > 0) throw refused(source, faults)
  const lines = installed.map(({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256}`).sort()
  return {
    registryType: 'pypi',
    requirements: `${lines.join('\n')}\n`,
    program: programOf(source, scripts),
    packages: installed.length,
  }
}

export function pypiInstall(runner: PythonRunner, lock: PypiLock): { cmd: string[]; files: FileToPut[] } {
  const requirements = ['--require-hashes', '--no-deps', '-r', `${PACKAGE_DIR}/requirements.txt`]
  const target = ['--target', PACKAGE_DIR, '--upgrade']
  return {
    cmd: ['python3', '-I', '-m', 'pip', 'install', ...target, ...requirements, ...options(runner)],
    files: [{ path: 'requirements.txt', content: lock.requirements }],
  }
}

export function pypiError(
  source: Pick<PackageSource, 'identifier' | 'version'>,
  end: JobEnd,
  runner: PythonRunner,
): BerthError {
  if (end.oomKilled) return refused(source, ['pip needed more than 512 MB of memory.'])
  const errors = end.tail.filter((line) => /^\s*ERROR:|^\s+(Expected|Got)\b/.test(line)).map((line) => line.trim())
  const told = (errors.length > 0 ? errors : end.tail).slice(-TOLD_LINES_MAX).join('; ')
  const message = told || `pip ended with ${end.exitCode}`
  const words = UNREACHABLE.map((words) => words.exec(end.tail.join('\n'))?.[0]).find((found) => found !== undefined)
  if (words && !askedElsewhere(end.tail, runner)) return unreachable(runner.indexUrl, words, 'BERTH_PYPI_INDEX')
  return refused(source, [message])
}

/** A dependency that names a URL of its own is the package's fault, whether or not that answers. */
function askedElsewhere(tail: string[], runner: PythonRunner): boolean {
  const index = new URL(runner.indexUrl)
  const indexPort = index.port || (index.protocol === 'https:' ? '443' : '80')
  return [...tail.join('\n').matchAll(/host='([^']{1,253})', port=(\d{1,5})/g)].some(
    ([, host, port]) => host !== index.hostname || port !== indexPort,
  )
}

/** As PEP 503 compares names. */
const normal = (name: string) => name.toLowerCase().replace(/[-_.]+/g, '-')

function programOf(source: PackageSource, scripts: string[]): string {
  const program = scripts.find((name) => normal(name) === normal(source.identifier)) ?? scripts[0]
  const own = program !== undefined && normal(program) === normal(source.identifier)
  if (program === undefined) throw refused(source, ['it has no program of its own.'])
  if (!own && scripts.length > 1)
    throw refused(source, [`it has the programs ${scripts.join(', ')}, and none is called ${source.identifier}.`])
  return program
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
