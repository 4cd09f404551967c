/** What differs between two contents, as the editor, the import and the version history show it. Pure. */
import type { TemplateContent } from '#db/template-content.ts'
import type { FieldChange } from '#server/api/views-templates.ts'

/**
 * Lists whose entries have a name of their own are compared by it, so that an insertion is one change and not one of
 * every entry behind it.
 */
const NAMED_LISTS: Record<string, string> = { 'config.environmentVariables': 'name', 'config.volumes': 'name' }

/** Ordered by path as the content is; `undefined` on the side that lacks the field. */
export function compareContents(from: TemplateContent, to: TemplateContent): FieldChange[] {
  const changes: FieldChange[] = []
  compare('', from, to, changes)
  return changes
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function compare(path: string, from: unknown, to: unknown, changes: FieldChange[]): void {
  const [left, right] = [entriesOf(path, from), entriesOf(path, to)]
  if (!left || !right) {
    if (!same(from, to)) changes.push({ path, from, to })
    return
  }
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
    compare(path === '' ? key : `${path}.${key}`, own(left, key), own(right, key), changes)
}

/** A variable may be called `constructor`. */
const own = (entries: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(entries, key) ? entries[key] : undefined

/** Null for what is compared as a whole: scalars, and lists without names (their order is their meaning). */
function entriesOf(path: string, value: unknown): Record<string, unknown> | null {
  const name = NAMED_LISTS[path]
  if (name && Array.isArray(value)) return Object.fromEntries(value.map((entry) => [String(entry[name]), entry]))
  return isObject(value) ? value : null
}

/** Keys in any order: Postgres' jsonb keeps its own. */
function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((entry, i) => same(entry, b[i]))
  if (!isObject(a) || !isObject(b)) return Object.is(a, b)
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return keys.every((key) => same(own(a, key), own(b, key)))
}
