/**
 * Compares, twice a minute, what the clouds and the droplets have with what the database says, and removes or repairs
 * the difference (I1, I9):
 *
 *   startReconciler ─▶ runOnce (one process at a time: advisory lock)
 *       ├─▶ reconcileAccount: twins and unknown droplets deleted, vanished ones ended, stuck ones resumed or destroyed
 *       │      └─▶ checkDroplet: last seen, reachable or not; removeLeftovers; pending host keys rotated
 *       ├─▶ breakerRound: droplets that fail are held back, and let go again
 *       └─▶ clearAccount: keys and firewalls of accounts that were removed while their cloud was down
 *
 * Promises: deletes only what carries this installation's tag or label (R19); one account's trouble never keeps the
 * others from their turn (R20); a late twin is gone within two minutes of appearing (I3).
 */
import { and, isNotNull, isNull, or } from 'drizzle-orm'
import postgres from 'postgres'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { breakerRound } from '../breaker/round.ts'
import { clearAccount } from '../clear-account.ts'
import type { FleetBase } from '../types.ts'
import { reconcileAccount } from './account.ts'
import type { Failures } from './droplet.ts'

const PERIOD_MS = 30_000
const ACCOUNTS_AT_ONCE = 4
/** A cloud or a droplet that hangs holds up its own account only, and not for long. */
const ACCOUNT_DEADLINE_MS = 45_000
/** Any number that nothing else in Berth locks: "brth" in ASCII. */
const LOCK_KEY = 0x62727468

export interface ReconcilerStatus {
  /** End of this process's last pass; null before the first, and while another process does them. */
  lastPassAt: Date | null
  lastPassMs: number | null
  problems: string[]
  /** Since this process started. */
  dropletsDeleted: number
  leftoversRemoved: number
  /** Droplets with this installation's tag in accounts that their owner took out of Berth's hands. */
  unmanaged: number
}

export interface Reconciler {
  /** @returns false when another process is at it */
  runOnce(): Promise<boolean>
  status(): ReconcilerStatus
  /** Ends the pass under way and settles when it has. */
  stop(): Promise<void>
}

export function startReconciler(base: FleetBase, o: { periodMs?: number; now?: () => Date } = {}): Reconciler {
  const now = o.now ?? (() => new Date())
  const stopping = new AbortController()
  const failures: Failures = new Map()
  const status: ReconcilerStatus = {
    lastPassAt: null,
    lastPassMs: null,
    problems: [],
    dropletsDeleted: 0,
    leftoversRemoved: 0,
    unmanaged: 0,
  }
  let running: Promise<boolean> | null = null
  let timer: NodeJS.Timeout | undefined

  const pass = async (): Promise<void> => {
    const startedAt = now()
    const signal = stopping.signal
    const problems: string[] = []
    let unmanaged = 0
    const accounts = await base.db.select().from(cloudAccounts).where(isNull(cloudAccounts.forgottenAt))
    await eachOf(accounts, ACCOUNTS_AT_ONCE, async (account) => {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(ACCOUNT_DEADLINE_MS)])
      const result = await reconcileAccount(base, account, { now: now(), signal: bounded, failures }).catch(
        (err: unknown) => {
          signal.throwIfAborted()
          return { deleted: 0, unmanaged: 0, leftovers: 0, problems: [messageOf(err)] }
        },
      )
      problems.push(...result.problems)
      status.dropletsDeleted += result.deleted
      status.leftoversRemoved += result.leftovers
      unmanaged += result.unmanaged
    })
    problems.push(...(await clearRemovedAccounts(base)))
    await breakerRound(base, now()).catch((err: unknown) => {
      base.log.warn({ err }, 'a round of the circuit breaker did not work')
      problems.push(`circuit breaker: ${messageOf(err)}`)
    })
    const endedAt = now()
    Object.assign(status, {
      lastPassAt: endedAt,
      lastPassMs: endedAt.getTime() - startedAt.getTime(),
      problems,
      unmanaged,
    })
  }

  const runOnce = (): Promise<boolean> => {
    running ??= withLock(base.config.databaseUrl, pass)
      .catch((err: unknown) => {
        if (!stopping.signal.aborted) {
          base.log.error({ err }, 'reconciler: the pass failed')
          status.problems = [messageOf(err)]
        }
        return true
      })
      .finally(() => {
        running = null
      })
    return running
  }

  const schedule = () => {
    if (stopping.signal.aborted) return
    timer = setTimeout(() => void runOnce().finally(schedule), o.periodMs ?? PERIOD_MS)
    timer.unref()
  }
  schedule()

  return {
    runOnce,
    status: () => ({ ...status }),
    async stop() {
      stopping.abort(new Error('the reconciler is stopping'))
      clearTimeout(timer)
      await running
    },
  }
}

const messageOf = (err: unknown): string => (err instanceof Error ? err.message : String(err))

async function eachOf<T>(items: T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of queue) await work(item)
    }),
  )
}

/**
 * A session lock on a connection of its own: it ends with the process, however that ends. Not one reserved from the
 * pool: a query on a reserved one that was lost meanwhile never settles. This one connects anew, and then holds no lock
 * to give back.
 */
async function withLock(databaseUrl: string, work: () => Promise<void>): Promise<boolean> {
  const connection = postgres(databaseUrl, { max: 1, idle_timeout: 0, max_lifetime: null, onnotice: () => {} })
  try {
    const [row] = await connection<{ locked: boolean }[]>`select pg_try_advisory_lock(${LOCK_KEY}) as locked`
    if (!row?.locked) return false
    await work()
    return true
  } finally {
    // Ends the session, and the lock with it.
    await connection.end({ timeout: 1 })
  }
}

async function clearRemovedAccounts(base: FleetBase): Promise<string[]> {
  const removed = await base.db
    .select()
    .from(cloudAccounts)
    .where(
      and(
        isNotNull(cloudAccounts.forgottenAt),
        or(isNotNull(cloudAccounts.sshKeyProviderId), isNotNull(cloudAccounts.firewallProviderId)),
      ),
    )
  const problems: string[] = []
  for (const account of removed)
    await clearAccount(base, account).catch((err: unknown) => {
      base.log.warn({ err, cloudAccount: account.id }, 'reconciler: a removed account could not be cleared')
      problems.push(`removed account: ${messageOf(err)}`)
    })
  return problems
}
