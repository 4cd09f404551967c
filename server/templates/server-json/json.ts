/** What enters is anything. Everything behind this file sees plain JSON of bounded depth that Postgres can store. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** Real documents nest to about ten. */
const DEPTH_MAX = 40
export const DOCUMENT_BYTES_MAX = 512 * 1024
/** jsonb holds neither NUL nor half a surrogate pair. */
const UNSTORABLE = /[\0\p{Cs}]/u
/** What assigning it would do to an object is nobody's intent. */
const NEVER_A_KEY = '__proto__'

export interface Refusal {
  path: string
  reason: string
}

export const ROOT = '$'
export const at = (path: string, key: string | number): string => {
  if (typeof key === 'number') return `${path}[${key}]`
  const part = /^[\w$-]+$/.test(key) ? key : `[${JSON.stringify(key.slice(0, 60))}]`
  return path === ROOT ? part : part.startsWith('[') ? `${path}${part}` : `${path}.${part}`
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Text is parsed first. A copy: what it was made from may have getters, proxies or a prototype. */
export function plainJson(value: unknown): { ok: true; value: Json } | { ok: false; refusal: Refusal } {
  try {
    if (typeof value === 'string') {
      if (Buffer.byteLength(value) > DOCUMENT_BYTES_MAX) throw new Refused(ROOT, 'The document is larger than 512 KiB.')
      return { ok: true, value: copy(parse(value), ROOT, 0) }
    }
    return { ok: true, value: copy(value, ROOT, 0) }
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: { path: error.path, reason: error.message } }
    return { ok: false, refusal: { path: ROOT, reason: 'This is not a JSON document.' } }
  }
}

class Refused extends Error {
  readonly path: string
  constructor(path: string, reason: string) {
    super(reason)
    this.path = path
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new Refused(ROOT, `This is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}.`)
  }
}

function copy(value: unknown, path: string, depth: number): Json {
  if (depth > DEPTH_MAX) throw new Refused(path, `The document nests deeper than ${DEPTH_MAX} levels.`)
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return Object.is(value, -0) ? 0 : value
  if (typeof value === 'string') {
    if (UNSTORABLE.test(value)) throw new Refused(path, 'This text holds a NUL character or half a character.')
    return value
  }
  if (Array.isArray(value)) return Array.from(value, (entry, i) => copy(entry, at(path, i), depth + 1))
  if (typeof value !== 'object') throw new Refused(path, 'This is not JSON.')
  const entries = Object.entries(value).filter(([key, entry]) => key !== NEVER_A_KEY && entry !== undefined)
  return Object.fromEntries(
    entries.map(([key, entry]) => {
      if (UNSTORABLE.test(key)) throw new Refused(path, 'A key holds a NUL character or half a character.')
      return [key, copy(entry, at(path, key), depth + 1)]
    }),
  )
}

/** Keys in any order: jsonb keeps its own. */
export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((entry, i) => same(entry, b[i]))
  if (!isObject(a) || !isObject(b)) return Object.is(a, b)
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => same(own(a, key), own(b, key)))
}

/** A document may have a key `constructor`. */
export const own = (value: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(value, key) ? value[key] : undefined
