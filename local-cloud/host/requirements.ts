/** What the machine must offer before a droplet can be a network namespace with its own sshd and dockerd. */
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/** Program → Debian package. All of them are called by name or found on this path. */
const PROGRAMS = {
  dockerd: 'docker.io',
  containerd: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  sshd: 'openssh-server',
  'ssh-keygen': 'openssh-client',
  'docker-registry': 'docker-registry',
  ip: 'iproute2',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  setpriv: 'util-linux',
  mount: 'mount',
} as const
export type Program = keyof typeof PROGRAMS

/** Debian's folders of programs, whatever PATH the local cloud was started with. */
const PROGRAM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const environment: Record<string, string> = { PATH: PROGRAM_PATH, LANG: 'C.UTF-8', HOME: '/root' }
/** All that the programs started here get to see; Next's types want NODE_ENV in every environment. */
export const PROGRAM_ENV = environment as NodeJS.ProcessEnv

/** The driver can't work on this machine; the message is one sentence that says what to do. */
export class RequirementError extends Error {
  readonly exitCode = 2
}

/** The absolute path of a program, or null. */
export function findProgram(program: Program): string | null {
  for (const dir of PROGRAM_PATH.split(':')) {
    const file = path.join(dir, program)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // not in this folder
    }
  }
  return null
}

/** One sentence that says why the `host` driver can't run here and what to do; null when it can. */
export function missingForHost(): string | null {
  if (process.platform !== 'linux')
    return `The host driver needs Linux, this is ${process.platform}: use --driver process.`
  if (process.getuid?.() !== 0) return 'The host driver needs root: run it as root, or use --driver process.'
  const missing = (Object.keys(PROGRAMS) as Program[]).filter((program) => findProgram(program) === null)
  if (missing.length === 0) return null
  const packages = [...new Set(missing.map((program) => PROGRAMS[program]))]
  return `The host driver needs ${missing.join(', ')}: run \`apt-get install ${packages.join(' ')}\`, or use --driver process.`
}

/** @throws RequirementError */
export function requireHost(): void {
  const missing = missingForHost()
  if (missing) throw new RequirementError(missing)
}
