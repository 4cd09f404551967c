/**
 * What strangers say (a server's tools, an image's config, a container's last lines) as Postgres stores it: without NUL
 * and without half a character, which no encoding has.
 */
export const storableText = (text: string): string => text.replace(/[\0\p{Cs}]/gu, '')

/** Far deeper than what people write; a database gives up on a document that is nested without end. */
const DEPTH_MAX = 200

/** Every text in a JSON value, names of fields included; what is nested too deep is null. */
export const storable = <T>(value: T): T => cleaned(value, DEPTH_MAX) as T

function cleaned(value: unknown, left: number): unknown {
  if (typeof value === 'string') return storableText(value)
  if (typeof value !== 'object' || value === null) return value
  if (left === 0) return null
  if (Array.isArray(value)) return value.map((item) => cleaned(item, left - 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), cleaned(item, left - 1)]))
}
