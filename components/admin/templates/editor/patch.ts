/** A fix's one click: what it changes in the content, and what it changed in words. Pure. */
import type { TemplateContent } from '#db/template-content.ts'
import type { Fix } from '#db/template-validation.ts'
import type { FieldChange } from '#server/api/views-templates.ts'

type Patch = NonNullable<Fix['patch']>
type Json = Record<string | number, unknown> | unknown[]

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** Steps that lead out of an object's own data are refused: a patch is data from elsewhere. */
const REFUSED = new Set(['__proto__', 'prototype', 'constructor'])

export function applyPatch(
  content: TemplateContent,
  patch: Patch,
): { content: TemplateContent; changes: FieldChange[] } {
  const next = structuredClone(content) as unknown as Json
  const changes: FieldChange[] = []
  for (const { path, value } of patch) {
    if (path.length === 0 || path.some((step) => REFUSED.has(String(step)))) continue
    const from = readAt(next, path)
    writeAt(next, path, value)
    compare(path.join('.'), from, value, changes)
  }
  return { content: next as unknown as TemplateContent, changes }
}

/** Objects on both sides are compared key by key, so that only what differs is named. */
function compare(path: string, from: unknown, to: unknown, changes: FieldChange[]): void {
  if (isJson(from) && isJson(to) && !Array.isArray(from) && !Array.isArray(to)) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)]))
      compare(`${path}.${key}`, from[key], to[key], changes)
    return
  }
  if (JSON.stringify(from) !== JSON.stringify(to)) changes.push({ path, from, to })
}

function readAt(root: Json, path: Patch[number]['path']): unknown {
  let at: unknown = root
  for (const step of path) at = isJson(at) ? (at as Record<string | number, unknown>)[step] : undefined
  return structuredClone(at)
}

/** `undefined` takes the value away; folders on the way are made. */
function writeAt(root: Json, path: Patch[number]['path'], value: unknown): void {
  let at = root as Record<string | number, unknown>
  for (const [index, step] of path.slice(0, -1).entries()) {
    if (!isJson(at[step])) at[step] = typeof path[index + 1] === 'number' ? [] : {}
    at = at[step] as Record<string | number, unknown>
  }
  const last = path.at(-1) ?? ''
  if (value !== undefined) at[last] = structuredClone(value)
  else if (Array.isArray(at)) at.splice(Number(last), 1)
  else delete at[last]
}
