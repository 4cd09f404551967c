/** How npm is called: the only place that knows its options and its words. */
import type { PackageSource } from '#db/template-config.ts'
import type { PackageLock } from '#db/template-content.ts'
import type { FileToPut } from '#server/engine/port.ts'
import { containerFile } from './container-file.ts'
import type { JobEnd } from './job.ts'
import { PACKAGE_DIR, SCRATCH_DIR } from './names.ts'
import { readNpmLock, refused } from './npm-lock.ts'
import { unreachable } from './unreachable.ts'

export interface NodeRunner {
  npmCli: string
  registryUrl: string
}
type NpmLock = Extract<PackageLock, { registryType: 'npm' }>

/** npm's own codes for a registry that is down or out of reach. */
const UNREACHABLE =
  /\bcode (E(?:CONNREFUSED|CONNRESET|NOTFOUND|AI_AGAIN|TIMEDOUT|HOSTUNREACH|NETUNREACH|PROTO|50\d|429)|ERR_(?:SOCKET_TIMEOUT|TLS_\w+|SSL_\w+)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+|CERT_\w+)\b/
const TOLD_LINES_MAX = 4

const IN_TURN = containerFile('in-turn.mjs')

const options = (runner: NodeRunner) => [
  ...['--prefix', PACKAGE_DIR, '--cache', `${SCRATCH_DIR}/npm`, '--registry', runner.registryUrl],
  ...['--no-audit', '--no-fund', '--no-update-notifier', '--omit', 'dev', '--loglevel', 'http'],
  // A few seconds of silence are an error of the registry; npm itself would wait for minutes.
  ...['--fetch-retries', '2', '--fetch-retry-mintimeout', '500', '--fetch-retry-maxtimeout', '2000'],
]

/** The one dependency, and whose scripts npm itself may run. */
export const packageJson = ({ identifier, version, allowInstallScripts }: PackageSource): string =>
  `${JSON.stringify(
    {
      name: 'berth-package',
      private: true,
      dependencies: { [identifier]: version },
      allowScripts: Object.fromEntries(allowInstallScripts.map((name) => [name, true])),
    },
    null,
    2,
  )}\n`

export function npmResolve(runner: NodeRunner, source: PackageSource): { cmd: string[]; files: FileToPut[] } {
  const cmd = ['node', runner.npmCli, 'install', '--package-lock-only', '--ignore-scripts', ...options(runner)]
  return { cmd, files: [{ path: 'package.json', content: packageJson(source), mode: 0o666 }] }
}

export function npmLock(lockText: string, source: PackageSource, runner: NodeRunner): NpmLock {
  const facts = readNpmLock(lockText, source, runner.registryUrl)
  return { registryType: 'npm', packageJson: packageJson(source), packageLock: lockText, ...facts }
}

export function npmInstall(runner: NodeRunner, lock: NpmLock): { cmd: string[]; files: FileToPut[] } {
  const files: FileToPut[] = [
    { path: 'package.json', content: lock.packageJson },
    { path: 'package-lock.json', content: lock.packageLock },
  ]
  const ci = [runner.npmCli, 'ci', '--ignore-scripts', ...options(runner)]
  const scripted = allowedScripts(lock)
  if (scripted.length === 0) return { cmd: ['node', ...ci, '--no-bin-links'], files }
  const rebuild = [runner.npmCli, 'rebuild', ...scripted, '--foreground-scripts', ...options(runner)]
  return {
    cmd: ['node', `${PACKAGE_DIR}/install.mjs`, JSON.stringify([ci, rebuild])],
    files: [...files, { path: 'install.mjs', content: IN_TURN }],
  }
}

/** Those of the lock whose scripts an admin allowed. */
function allowedScripts(lock: NpmLock): string[] {
  const { allowScripts = {} } = JSON.parse(lock.packageJson) as { allowScripts?: Record<string, boolean> }
  return Object.keys(allowScripts).filter((name) => lock.packageLock.includes(`"node_modules/${name}"`))
}

/** What npm said, as an error that names the package. */
export function npmError(
  source: Pick<PackageSource, 'identifier' | 'version'>,
  { exitCode, oomKilled, tail }: JobEnd,
  runner: NodeRunner,
) {
  if (oomKilled) return refused(source, ['npm needed more than 512 MB of memory.'])
  const errors = tail.filter((line) => line.startsWith('npm error'))
  const told = errors
    .map((line) => line.replace(/^npm error\s*/, ''))
    .filter((line) => line !== '' && !line.startsWith('A complete log'))
    .slice(0, TOLD_LINES_MAX)
    .join('; ')
  const code = UNREACHABLE.exec(errors.join('\n'))?.[1]
  if (code) return unreachable(runner.registryUrl, code, 'BERTH_NPM_REGISTRY')
  const message = told || tail.slice(-TOLD_LINES_MAX).join('; ') || `npm ended with ${exitCode}`
  return refused(source, [message])
}
