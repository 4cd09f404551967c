/**
 * What cloud-init would do with the user data at a droplet's first boot, as files below the droplet's folder.
 *
 *     <dir>/etc   → /etc (overlay)              <dir>/root → /root
 *     <dir>/sbin  → /usr/local/sbin (overlay)   <dir>/var  → /var
 *
 * Honoured: `ssh_keys`, `ssh_authorized_keys`, `write_files` below those four, and `runcmd`, which `finish.sh` runs for
 * real once Docker answers. `packages` is not: Docker and sshd are this machine's own.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { DropletSpec } from '#local-cloud/driver.ts'
import { type CloudConfig, fileContent, parseUserData } from '#local-cloud/user-data.ts'

const LAYERS: [mount: string, folder: string][] = [
  ['/etc/', 'etc'],
  ['/usr/local/sbin/', 'sbin'],
  ['/root/', 'root'],
  ['/var/', 'var'],
]

/** As on DigitalOcean's Ubuntu images; `UsePAM` is off since PAM's session modules expect a login manager. */
const SSHD_CONFIG = `Include /etc/ssh/sshd_config.d/*.conf
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PrintMotd no
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
`

/** Where cloud-init keeps its own state. */
const INSTANCE = 'var/lib/cloud/instance'

/** @returns the path below the droplet's folder, or null for one that a droplet can't write */
export function layerPath(absolute: string): string | null {
  const normal = path.posix.normalize(absolute)
  const layer = LAYERS.find(([mount]) => normal.startsWith(mount))
  return layer ? path.join(layer[1], normal.slice(layer[0].length)) : null
}

export interface SeedOptions {
  /** Networks whose registries speak plain HTTP. */
  insecureRegistries: string[]
  /** Control group that containers go below. */
  cgroupParent: string
  log: (line: string) => void
}

/** Fills a droplet's empty folder. */
export function seedDroplet(spec: DropletSpec, dir: string, options: SeedOptions): void {
  const config = readConfig(spec, options.log)
  const write = (file: string, content: string | Buffer, mode = 0o644) => {
    const target = path.join(dir, file)
    mkdirSync(path.dirname(target), { recursive: true })
    // A second entry for the same path replaces the first; neither its mode nor the umask may narrow what is asked.
    rmSync(target, { force: true })
    writeFileSync(target, content, { mode: 0o600 })
    chmodSync(target, mode)
  }

  for (const folder of ['etc', 'sbin', 'root/.ssh', 'work/etc', 'work/sbin'])
    mkdirSync(path.join(dir, folder), { recursive: true })
  for (const folder of ['lib', 'log', 'cache', 'spool', 'tmp'])
    mkdirSync(path.join(dir, 'var', folder), { recursive: true })
  symlinkSync('/run', path.join(dir, 'var/run'))
  symlinkSync('/run/lock', path.join(dir, 'var/lock'))

  write('etc/ssh/sshd_config', SSHD_CONFIG)
  write('sbin/systemctl', readFileSync(path.join(import.meta.dirname, 'systemctl.sh')), 0o755)
  const keys = [...spec.authorizedKeys, ...config.ssh_authorized_keys]
  write('root/.ssh/authorized_keys', keys.map((key) => `${key.trim()}\n`).join(''), 0o600)
  const { ed25519_private: hostKey, ed25519_public: hostKeyPublic } = config.ssh_keys
  if (hostKey) write('etc/ssh/ssh_host_ed25519_key', hostKey.endsWith('\n') ? hostKey : `${hostKey}\n`, 0o600)
  if (hostKeyPublic) write('etc/ssh/ssh_host_ed25519_key.pub', `${hostKeyPublic.trim()}\n`)

  for (const file of config.write_files) {
    const target = layerPath(file.path)
    if (target) write(target, fileContent(file), Number.parseInt(file.permissions, 8))
    else options.log(`droplet ${spec.id}: write_files names ${file.path}, which a droplet of this driver can't write`)
  }
  write(`${INSTANCE}/user-data.txt`, spec.userData, 0o600)
  seedCommands(config.runcmd, (name, content) => write(`${INSTANCE}/runcmd/${name}`, content, 0o700))
  configureDocker(dir, options)
}

/** As cloud-init: user data that can't be read stops no boot, the system only comes up without it. */
function readConfig(spec: DropletSpec, log: (line: string) => void): CloudConfig {
  try {
    return parseUserData(spec.userData)
  } catch (error) {
    log(`droplet ${spec.id}: user data: ${error instanceof Error ? error.message : error}`)
    return parseUserData('')
  }
}

/** A text item is a script of its own; a list is one command with its arguments, kept apart by NUL. */
function seedCommands(commands: CloudConfig['runcmd'], write: (name: string, content: string) => void): void {
  commands.forEach((command, index) => {
    const name = String(index).padStart(3, '0')
    if (typeof command === 'string') write(`${name}.sh`, `${command}\n`)
    else write(`${name}.argv`, command.join('\0'))
  })
}

/** The user data's own daemon.json with what these droplets need added; written again at every boot. */
export function configureDocker(dir: string, options: SeedOptions): void {
  const file = path.join(dir, 'etc/docker/daemon.json')
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(
    file,
    `${JSON.stringify(
      {
        ...readJsonObject(file),
        'insecure-registries': options.insecureRegistries,
        'exec-opts': ['native.cgroupdriver=cgroupfs'],
        'cgroup-parent': options.cgroupParent,
      },
      null,
      2,
    )}\n`,
  )
}

function readJsonObject(file: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return {}
  }
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
