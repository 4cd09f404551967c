/** All accounts, in memory and as one file each; ids are never used twice. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { readJson, writeJson } from '#local-cloud/atomic-file.ts'
import type { AccountRecord } from './records.ts'

/** Finished actions beyond this many are forgotten, oldest first. */
const ACTIONS_MAX = 1000
/** What DigitalOcean gives a new account varies; it is settable through `/_local/settings`. */
const DROPLET_LIMIT = 25

const idsFile = z.object({ next: z.int() })

export interface Store {
  accounts: Map<string, AccountRecord>
  /** The account of a token; made at first sight. */
  account(token: string): AccountRecord
  save(account: AccountRecord): void
  nextId(): number
}

export function accountId(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 32)
}

export function openStore(dataDir: string): Store {
  const dir = path.join(dataDir, 'accounts')
  mkdirSync(dir, { recursive: true })
  const ids = path.join(dataDir, 'ids.json')
  let { next } = idsFile.parse(readJson(ids) ?? { next: 300_000_001 })
  const accounts = new Map<string, AccountRecord>()
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.json'))) {
    const account = readJson(path.join(dir, file)) as AccountRecord
    accounts.set(account.id, account)
  }
  const save = (account: AccountRecord) => {
    const surplus = account.actions.length - ACTIONS_MAX
    if (surplus > 0) account.actions.splice(0, surplus)
    writeJson(path.join(dir, `${account.id}.json`), account)
  }
  return {
    accounts,
    save,
    account(token) {
      const id = accountId(token)
      const known = accounts.get(id)
      if (known) return known
      const account: AccountRecord = {
        id,
        uuid: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
        dropletLimit: DROPLET_LIMIT,
        keys: [],
        droplets: [],
        actions: [],
        tags: [],
        firewalls: [],
        vpcs: [],
        billed: {},
      }
      accounts.set(id, account)
      return account
    },
    nextId() {
      next += 1
      writeJson(ids, { next })
      return next
    },
  }
}
