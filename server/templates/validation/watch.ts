/**
 * Validations as they are stored: read, listed, and watched while they run. What a page shows is always the row, so a
 * watcher that missed a notification shows the same a moment later.
 */
import { and, desc, eq, type SQL } from 'drizzle-orm'
import { templateValidations, templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { ValidationView } from '#server/api/views-templates.ts'
import type { Base } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import type { Listener } from '#server/observability/listen.ts'

/** Payload: the id of the validation that changed. */
export const VALIDATIONS_CHANNEL = 'berth_validations'

/** More than anybody scrolls through. */
const LIST_MAX = 100

export interface ValidationHub {
  /** Says that the row changed, or may have (notifications were lost). @returns the function that stops it */
  on(validationId: string, changed: () => void): () => void
  close(): void
}

export async function createValidationHub(listener: Listener): Promise<ValidationHub> {
  const watchers = new Map<string, Set<() => void>>()
  const unlisten = await listener.on(
    VALIDATIONS_CHANNEL,
    (id) => {
      for (const changed of watchers.get(id) ?? []) changed()
    },
    () => {
      for (const group of watchers.values()) for (const changed of group) changed()
    },
  )
  return {
    on(id, changed) {
      const group = watchers.get(id) ?? new Set()
      watchers.set(id, group)
      group.add(changed)
      return () => {
        group.delete(changed)
        if (group.size === 0 && watchers.get(id) === group) watchers.delete(id)
      }
    },
    close: unlisten,
  }
}

/** The caller is an admin: validations are the installation's, not a person's. @throws NOT_FOUND */
export async function getValidation(base: Base, input: { validationId: string }): Promise<ValidationView> {
  const [row] = await select(base, eq(templateValidations.id, input.validationId)).limit(1)
  if (!row) throw new BerthError('NOT_FOUND', 'There is no such validation.')
  return row
}

/** Newest first. */
export function listValidations(
  base: Base,
  input: { slug: string; version?: number | undefined; limit?: number },
): Promise<ValidationView[]> {
  const { slug, version, limit = LIST_MAX } = input
  const of = and(eq(toolCatalog.slug, slug), version === undefined ? undefined : eq(templateVersions.version, version))
  return select(base, of).orderBy(desc(templateValidations.startedAt), desc(templateValidations.id)).limit(limit)
}

/** The row now and after each change, until `signal` aborts. @throws NOT_FOUND before the first */
export async function* watchValidation(
  base: Base,
  hub: ValidationHub,
  input: { validationId: string; signal: AbortSignal },
): AsyncGenerator<ValidationView, void> {
  const { signal } = input
  let changed = true
  let wake = () => {}
  const onChange = () => {
    changed = true
    wake()
  }
  // Before the first read: what changes meanwhile is a change, not a gap.
  const off = hub.on(input.validationId, onChange)
  signal.addEventListener('abort', onChange)
  try {
    while (!signal.aborted) {
      if (changed) {
        changed = false
        yield await getValidation(base, input)
      } else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  } finally {
    signal.removeEventListener('abort', onChange)
    off()
  }
}

const select = (base: Base, where: SQL | undefined) =>
  base.db
    .select({
      id: templateValidations.id,
      slug: toolCatalog.slug,
      version: templateVersions.version,
      trigger: templateValidations.trigger,
      verdict: templateValidations.verdict,
      checks: templateValidations.checks,
      facts: templateValidations.facts,
      startedAt: templateValidations.startedAt,
      endedAt: templateValidations.endedAt,
    })
    .from(templateValidations)
    .innerJoin(templateVersions, eq(templateVersions.id, templateValidations.templateVersionId))
    .innerJoin(toolCatalog, eq(toolCatalog.id, templateVersions.templateId))
    .where(where)
