/** The account's SSH key through which Berth reaches its droplets: found by its public half, else uploaded. */
import { modules } from 'dots-wrapper'
import { read } from './answers.ts'
import { allPages, type Caller } from './caller.ts'
import { faultOf } from './fault.ts'
import { check, sshKeyInput } from './input.ts'
import type { CallOptions } from './port.ts'

export async function ensureSshKey(
  caller: Caller,
  key: { name: string; publicKey: string },
  o: CallOptions,
): Promise<number> {
  const { name, publicKey } = check(sshKeyInput, key)
  const known = await find(caller, publicKey, o)
  if (known !== undefined) return known
  try {
    const body = { name, public_key: publicKey }
    const data = await caller.call((dots) => modules.sshKey.createSshKey(dots)(body), o)
    return read('sshKey', data).ssh_key.id
  } catch (error) {
    // An account holds a key once: refused means that it was uploaded meanwhile, perhaps by this very call.
    const made = faultOf(error)?.status === 422 ? await find(caller, publicKey, o) : undefined
    if (made !== undefined) return made
    throw error
  }
}

async function find(caller: Caller, publicKey: string, o: CallOptions): Promise<number | undefined> {
  const all = await allPages(
    async (page) => read('sshKeys', await caller.call((dots) => modules.sshKey.listSshKeys(dots)(page), o)),
    (page) => page.ssh_keys,
  )
  return all.find((k) => sameKey(k.public_key, publicKey))?.id
}

/** Type and blob; the comment is nobody's identity. */
const sameKey = (a: string, b: string): boolean =>
  a.trim().split(/\s+/, 2).join(' ') === b.trim().split(/\s+/, 2).join(' ')
