/**
 * The droplet's SSH host keys: one is served, a second may be added beside it. Of two keys of one type a server can
 * prove only one in a connection, so from the moment it is added the new key is proved to every new connection, while
 * connections that stand keep theirs. `finish` forgets the old one.
 */
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import ssh2 from 'ssh2'
import { writeFileAtomic } from '#local-cloud/atomic-file.ts'

export interface HostKeys {
  /** OpenSSH private key that new connections see. */
  served(): string
  /** @throws Error when it is no private key */
  add(privateKey: string): void
  finish(): void
}

/** Kept in `dir`; `given` is used at the first boot only, and made when user data gave none. */
export function openHostKeys(dir: string, given: string | undefined): HostKeys {
  mkdirSync(dir, { recursive: true })
  const current = path.join(dir, 'host_key')
  const added = path.join(dir, 'host_key.added')
  if (!existsSync(current)) writeFileAtomic(current, checked(given ?? newPrivateKey()))
  return {
    served: () => readFileSync(existsSync(added) ? added : current, 'utf8'),
    add: (privateKey) => writeFileAtomic(added, checked(privateKey)),
    finish: () => {
      if (existsSync(added)) renameSync(added, current)
    },
  }
}

/** ssh2 writes one key in 256 so that nobody can read it (a public half that begins with a zero byte): then again. */
function newPrivateKey(): string {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync('ed25519').private
    if (!(ssh2.utils.parseKey(key) instanceof Error)) return key
  }
}

function checked(privateKey: string): string {
  const parsed = ssh2.utils.parseKey(privateKey)
  if (parsed instanceof Error || !parsed.isPrivateKey()) throw new Error('not an OpenSSH private key')
  return privateKey
}
