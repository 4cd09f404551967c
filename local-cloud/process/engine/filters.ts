/** The `filters` parameter of list calls: `{"label":["k=v"]}` or the older `{"label":{"k=v":true}}`. */
import { z } from 'zod'
import { badParameter } from './errors.ts'

const schema = z.record(z.string(), z.union([z.array(z.string()), z.record(z.string(), z.boolean())]))

export type Filters = Record<string, string[]>

/** @throws EngineError 400 on anything but JSON of that shape, or a filter that this list does not have */
export function parseFilters(text: string | null, allowed: string[]): Filters {
  if (!text) return {}
  let parsed: z.infer<typeof schema>
  try {
    parsed = schema.parse(JSON.parse(text))
  } catch {
    throw badParameter(`invalid filter ${JSON.stringify(text)}`)
  }
  return Object.fromEntries(
    Object.entries(parsed).map(([key, value]) => {
      if (!allowed.includes(key)) throw badParameter(`invalid filter '${key}'`)
      return [key, Array.isArray(value) ? value : Object.keys(value).filter((name) => value[name])]
    }),
  )
}

/** Every wanted label must be there: `key` or `key=value`. */
export function labelsMatch(labels: Record<string, string>, wanted: string[] | undefined): boolean {
  return (wanted ?? []).every((text) => {
    const equals = text.indexOf('=')
    return equals < 0 ? text in labels : labels[text.slice(0, equals)] === text.slice(equals + 1)
  })
}

/** Docker matches names as a substring. */
export function nameMatches(name: string, wanted: string[] | undefined): boolean {
  return !wanted || wanted.some((part) => name.includes(part.replace(/^\//, '')))
}
