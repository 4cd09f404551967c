/**
 * Runs validations in this process.
 *
 *   start  ─▶ row ─▶ (a free place) ─▶ runChecks ─▶ closeValidation
 *   ensure ─▶ the newest one is younger than a day ? its answer : a run of its own, at once
 *
 * Promises: the answer of `start` does not wait for a check; an ended row never changes again; a stop ends what runs as
 * interrupted, and so does the schedule for a process that died.
 */
import type { Check, ValidationTrigger, Verdict } from '#db/template-validation.ts'
import type { Base } from '#server/context.ts'
import { checksFor } from './checks.ts'
import type { ValidationDeps } from './ports.ts'
import { createReport } from './report.ts'
import { runChecks } from './run.ts'
import { acceptedChecks, closeValidation, interruptValidation, openValidation } from './store.ts'
import { endedValidation, endedValidations, loadSubject, type Previous, type Subject } from './subject.ts'

/** Each may hold a dry run, a scan and connections to a registry; the others wait in line. */
const AT_ONCE = 4
/** What was looked at since then is believed. */
export const FRESH_MS = 24 * 3600_000
/** During an outage not every deployment waits for the same time-out. */
const SILENT_MS = 5 * 60_000
/** A check that this run leaves out is taken from one of so many. */
const EARLIER_MAX = 5
/** A run that is cut short is begun so often; whoever asks has a deadline of their own. */
const TRIES_MAX = 3
/** How long a stop waits for the last rows. */
const STOP_MS = 3000

export interface StartInput {
  versionId: string
  trigger: ValidationTrigger
  /** Whose fleet a dry run uses; null: Berth by itself, without one. */
  userId: string | null
  dryRun: boolean
  /** It may cost money: a droplet is made when none has room. */
  allowNewDroplet?: boolean | undefined
}

export interface Validator {
  /** @returns at once; the checks run by themselves. @throws NOT_FOUND */
  start(input: StartInput): Promise<{ validationId: string }>
  /** Image and security as of today. A registry that is down is no failure (R20). @throws NOT_FOUND, or when `signal` aborts */
  ensure(input: { versionId: string }, o: { signal: AbortSignal }): Promise<Ensured>
  /** Settles when nothing runs here. */
  idle(): Promise<void>
  stop(): Promise<void>
}

export interface Ensured {
  /** `fail` only for what no admin accepted. */
  verdict: Verdict
  failures: Check[]
}

export function createValidator({
  base,
  deps,
  workerId,
}: {
  base: Base
  deps: ValidationDeps
  workerId: string
}): Validator {
  const stopping = new AbortController()
  const running = new Map<string, Promise<void>>()
  /** By version: what several ask for at once is one run. */
  const ensuring = new Map<string, Promise<Previous>>()
  const line: (() => void)[] = []
  let busy = 0

  async function place(): Promise<() => void> {
    if (busy >= AT_ONCE) await new Promise<void>((resolve) => void line.push(resolve))
    else busy++
    return () => {
      const next = line.shift()
      if (next) next()
      else busy--
    }
  }

  async function open(subject: Subject, input: StartInput, inLine: boolean) {
    const { versionId, trigger, userId } = input
    const ids = checksFor(subject.content.config)
    const validationId = await openValidation(base, { versionId, trigger, userId, workerId, ids })
    const { signal } = stopping
    const work = async () => {
      const leave = inLine ? await place() : () => {}
      try {
        signal.throwIfAborted()
        const earlier = await endedValidations(base, versionId, EARLIER_MAX)
        const report = createReport(base, validationId, ids, signal)
        const { dryRun, allowNewDroplet = false } = input
        await runChecks({ base, deps, subject, report, earlier, trigger, userId, dryRun, allowNewDroplet, signal })
        await report.written()
        await closeValidation(base, validationId, subject, report)
      } catch (err) {
        if (!signal.aborted) base.log.error({ err, validation: validationId }, 'a validation broke off')
        await interruptValidation(base, validationId, workerId)
      } finally {
        leave()
      }
    }
    const done = work()
      .catch((err: unknown) => base.log.warn({ err, validation: validationId }, 'a validation could not be ended'))
      .finally(() => running.delete(validationId))
    running.set(validationId, done)
    return { validationId, done }
  }

  function renew(subject: Subject): Promise<Previous> {
    const { versionId } = subject
    const run = ensuring.get(versionId) ?? renewed(subject).finally(() => ensuring.delete(versionId))
    ensuring.set(versionId, run)
    return run
  }

  /** Its own run, whatever others of this version did meanwhile; one that was cut short is begun again. */
  async function renewed(subject: Subject): Promise<Previous> {
    const { versionId } = subject
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      stopping.signal.throwIfAborted()
      const input = { versionId, trigger: 'deployment', userId: null, dryRun: false } as const
      const { validationId, done } = await open(subject, input, false)
      await done
      const run = await endedValidation(base, validationId)
      if (run && isWhole(run)) return run
    }
    throw new Error('the checks of a template were cut short again and again')
  }

  return {
    async start(input) {
      const { validationId } = await open(await loadSubject(base, input.versionId), input, true)
      return { validationId }
    },

    async ensure({ versionId }, { signal }) {
      const subject = await loadSubject(base, versionId)
      const [newest] = await endedValidations(base, versionId, 1)
      const { checks } = newest && isFresh(newest) ? newest : await until(renew(subject), signal)
      const guarded = ({ group }: Check) => group === 'image' || group === 'security'
      const failing = checks.filter((check) => check.verdict === 'fail' && guarded(check))
      if (failing.length === 0) return { verdict: 'pass', failures: [] }
      const accepted = await acceptedChecks(base, subject)
      const failures = failing.filter(({ id }) => !accepted.has(id))
      return { verdict: failures.length > 0 ? 'fail' : 'pass', failures }
    },

    async idle() {
      while (running.size > 0) await Promise.all(running.values())
    },

    async stop() {
      stopping.abort()
      for (const next of line.splice(0)) next()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_MS)
      })
      await Promise.race([Promise.all(running.values()), late])
      clearTimeout(timer)
    },
  }
}

/** One that did not reach everything says nothing of what it did not reach. */
const isWhole = ({ checks }: Previous): boolean => checks.length > 0 && checks.every(({ state }) => state === 'done')

/** One that the registry left without an answer is believed for a moment. */
function isFresh(run: Previous): boolean {
  const { checks, endedAt } = run
  if (!isWhole(run)) return false
  const silent = checks.some(({ id, verdict }) => id === 'image-manifest' && verdict === 'skipped')
  return Date.now() - endedAt.getTime() < (silent ? SILENT_MS : FRESH_MS)
}

/** The run goes on for whoever asks next. */
async function until<T>(run: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    run.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
