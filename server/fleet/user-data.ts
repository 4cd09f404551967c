/**
 * The `#cloud-config` of a new droplet: Docker, a host key that Berth made, keys-only sshd, and the small script that
 * answers `server/engine/remote-commands.ts`. Nothing that a user typed gets in here: the two key lines are all that
 * differs between droplets (R1).
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'

/** DigitalOcean's image; docker.io comes from Ubuntu's own archive, so no key of a third party is trusted. */
export const DROPLET_IMAGE = 'ubuntu-24-04-x64'

/** Swap keeps apt and dockerd alive on the smallest sizes; containers have their own limits. */
const SWAP_BYTES = 512 * 2 ** 20

const file = (name: string): string => readFileSync(path.join(import.meta.dirname, 'droplet-files', name), 'utf8')

const WRITTEN: { path: string; permissions: string; content: () => string }[] = [
  { path: '/usr/local/sbin/berth-droplet', permissions: '0755', content: () => file('berth-droplet.sh') },
  { path: '/usr/local/sbin/berth-metadata', permissions: '0755', content: () => file('berth-metadata.sh') },
  { path: '/usr/local/sbin/berth-setup', permissions: '0755', content: () => file('berth-setup.sh') },
  {
    path: '/etc/systemd/system/berth-metadata.service',
    permissions: '0644',
    content: () => file('berth-metadata.service'),
  },
  // Before cloud-init's own 50-cloud-init.conf: sshd takes the first value it reads.
  { path: '/etc/ssh/sshd_config.d/10-berth.conf', permissions: '0644', content: () => file('sshd.conf') },
  { path: '/etc/docker/daemon.json', permissions: '0644', content: dockerDaemon },
  { path: '/etc/apt/apt.conf.d/52berth-upgrades', permissions: '0644', content: () => file('upgrades.conf') },
]

function dockerDaemon(): string {
  const settings = {
    'live-restore': true,
    'no-new-privileges': true,
    icc: false,
    // Each container has a network of its own: 2,048 small ones in place of Docker's 31 large ones.
    'default-address-pools': [{ base: '172.30.0.0/16', size: 27 }],
    'log-driver': 'json-file',
    // 30 MB a container at most; counted in SYSTEM_DISK_BYTES of server/placement.
    'log-opts': { 'max-size': '10m', 'max-file': '3' },
  }
  return `${JSON.stringify(settings, null, 2)}\n`
}

export interface UserDataInput {
  /** OpenSSH private key (PEM) and public line of the droplet's first host key. */
  hostKeyPrivate: string
  hostKeyPublic: string
}

export function userData(input: UserDataInput): string {
  const config = {
    // DigitalOcean puts the account's key into root's authorized_keys; Ubuntu's default would disable root.
    disable_root: false,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: input.hostKeyPrivate, ed25519_public: input.hostKeyPublic },
    swap: { filename: '/swapfile', size: SWAP_BYTES },
    write_files: WRITTEN.map(({ content, ...entry }) => ({ ...entry, content: content() })),
    package_update: true,
    packages: ['docker.io', 'unattended-upgrades'],
    runcmd: [['/usr/local/sbin/berth-setup']],
  }
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`
}
