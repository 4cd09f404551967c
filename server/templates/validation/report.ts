/**
 * A validation while it runs. Every check that moves is one statement: the row and its notification. Writes are in turn,
 * so a later one never loses to an earlier one; what several checks change meanwhile is one write.
 *
 * Nothing is stored that looks like a secret, or is one that the image or the template holds (R8).
 */
import { sql } from 'drizzle-orm'
import type { Check, CheckId, Fix, ValidationFacts } from '#db/template-validation.ts'
import type { Base } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { type Finding, NO_FACTS, skipped, waiting } from './checks.ts'
import { blank } from './secrets.ts'
import { VALIDATIONS_CHANNEL } from './watch.ts'

const LINE_MAX = 500
const LINES_MAX = 40

export interface Report {
  readonly checks: Check[]
  readonly facts: ValidationFacts
  /** A check that throws is `skipped` with the reason; only the abort of the whole run goes through. */
  run(id: CheckId, look: () => Finding | Promise<Finding>): Promise<Finding>
  /** Takes over what an earlier validation found. */
  keep(check: Check): void
  know(facts: Partial<ValidationFacts>): void
  /** Values that must not be stored, wherever they turn up. */
  hide(secrets: readonly string[]): void
  tried(dryRunId: string): void
  /** A signature over this digest holds. */
  verified(digest: string): void
  /** What a deployment is to pull: what was verified, else what the reference points at. */
  readonly pinned: string | null
  /** Everything so far is in the row. */
  written(): Promise<void>
}

export function createReport(base: Base, validationId: string, ids: readonly CheckId[], signal: AbortSignal): Report {
  const checks = ids.map(waiting)
  let facts = NO_FACTS
  let secrets: string[] = []
  let dryRunId: string | null = null
  let signed: string | null = null
  let dirty = false
  let writing: Promise<void> | null = null

  async function writeAll(): Promise<void> {
    while (dirty) {
      dirty = false
      await base.db.execute(sql`
        with changed as (
          update template_validations set checks = ${JSON.stringify(checks)}::jsonb,
            facts = ${JSON.stringify(facts)}::jsonb, dry_run_id = ${dryRunId}
          where id = ${validationId} and ended_at is null returning id
        )
        select pg_notify(${VALIDATIONS_CHANNEL}, id::text) from changed`)
    }
  }

  const save = (): void => {
    dirty = true
    writing ??= writeAll()
      .catch((err: unknown) => base.log.warn({ err, validation: validationId }, 'a validation could not be written'))
      .finally(() => {
        writing = null
      })
  }

  const place = (id: CheckId): Check => {
    const check = checks.find((one) => one.id === id)
    if (!check) throw new Error(`${id} is no check of this validation`)
    return check
  }

  return {
    checks,
    get facts() {
      return facts
    },
    async run(id, look) {
      const check = place(id)
      check.state = 'running'
      save()
      const start = performance.now()
      let found: Finding
      try {
        found = await look()
      } catch (error) {
        if (signal.aborted) throw error
        found = skipped(whyNot(error))
        if (!(error instanceof BerthError))
          base.log.warn({ err: error, check: id, validation: validationId }, 'a check broke')
      }
      Object.assign(check, cleaned(found, secrets), {
        state: 'done',
        durationMs: Math.round(performance.now() - start),
      })
      save()
      return found
    },
    keep(check) {
      Object.assign(place(check.id), check)
      save()
    },
    know(more) {
      facts = { ...facts, ...more }
      // Tools are a server's own words; text by text, since a secret may look like JSON.
      if (more.tools) facts.tools = texts(more.tools, (text) => blank(text, secrets))
      save()
    },
    hide(more) {
      secrets = [...secrets, ...more]
    },
    tried(id) {
      dryRunId = id
      save()
    },
    verified(digest) {
      signed = digest
    },
    get pinned() {
      return signed ?? facts.digest
    },
    async written() {
      while (writing) await writing
    },
  }
}

const texts = <T>(value: T, change: (text: string) => string): T =>
  JSON.parse(JSON.stringify(value), (_, part: unknown) => (typeof part === 'string' ? change(part) : part)) as T

function whyNot(error: unknown): string {
  if (error instanceof BerthError) return `It could not be checked: ${error.message}`
  if (error instanceof Error && error.name === 'TimeoutError') return 'It could not be checked in time.'
  return 'It could not be checked: something went wrong inside Berth.'
}

/** One line of text, of bounded length, without control characters and secrets; a cut must leave no half a character. */
function cleaned({ verdict, summary, evidence, fix }: Finding, secrets: readonly string[]): Finding {
  const line = (text: string) =>
    blank(text.replace(/\p{Cc}+/gu, ' '), secrets)
      .slice(0, LINE_MAX)
      .replace(/\p{Cs}/gu, '')
  const clean: Fix | null = fix && { ...fix, text: line(fix.text) }
  return { verdict, summary: line(summary), evidence: evidence.slice(0, LINES_MAX).map(line), fix: clean }
}
