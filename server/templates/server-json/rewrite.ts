/** Small rewrites that several parts of a document need. Each makes a note; none changes what it was given. */
import { at, isObject, type Json, type JsonObject } from './json.ts'
import type { Findings } from './notes.ts'
import { INPUT_FORMATS } from './schema.ts'

/** Generators write empty fields for what they do not know. */
export const blank = (value: Json | undefined): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')

/** Older names of fields. Where both stand, the newer one is meant and the older one stays as it is. */
export function rename(given: JsonObject, names: Record<string, string>, path: string, findings: Findings): JsonObject {
  const renamed: string[] = []
  const entries = Object.entries(given).map(([key, value]): [string, Json] => {
    const name = Object.hasOwn(names, key) ? names[key] : undefined
    if (name === undefined || Object.hasOwn(given, name)) return [key, value]
    findings.moved(at(path, name), at(path, key))
    renamed.push(`${key} is ${name}`)
    return [name, value]
  })
  if (renamed.length > 0) findings.note(path, `Older names of fields: ${renamed.join(', ')}.`)
  return Object.fromEntries(entries)
}

/** Numbers and booleans where the schema has text. */
export function scalarsToText(given: JsonObject, keys: string[], path: string, findings: Findings): JsonObject {
  const document = { ...given }
  for (const key of keys) {
    const value = document[key]
    if (value === null) delete document[key]
    if (typeof value !== 'number' && typeof value !== 'boolean') continue
    document[key] = String(value)
    findings.note(at(path, key), 'The schema wants text here.')
  }
  return document
}

const INPUT_NAMES = { is_required: 'isRequired', is_secret: 'isSecret', example: 'placeholder' }

/** What variables, arguments and headers have in common. */
export function normaliseInput(given: JsonObject, path: string, findings: Findings): JsonObject {
  const renamed = rename(given, INPUT_NAMES, path, findings)
  const input = scalarsToText(renamed, ['default', 'value', 'placeholder', 'description'], path, findings)
  for (const key of ['isRequired', 'isSecret', 'isRepeated']) {
    const value = input[key]
    if (value === null) delete input[key]
    if (value !== 'true' && value !== 'false') continue
    input[key] = value === 'true'
    findings.note(at(path, key), 'The schema wants true or false here.')
  }
  const { format, choices, variables } = input
  if (format === null || choices === null)
    for (const key of ['format', 'choices']) if (input[key] === null) delete input[key]
  if (typeof format === 'string' && !(INPUT_FORMATS as readonly string[]).includes(format)) {
    delete input.format
    findings.note(at(path, 'format'), `${format.slice(0, 40)} is no format of the schema: any text is taken.`)
  }
  if (Array.isArray(choices) && choices.some((choice) => typeof choice !== 'string')) {
    input.choices = choices.map((choice) =>
      typeof choice === 'number' || typeof choice === 'boolean' ? String(choice) : choice,
    )
    findings.note(at(path, 'choices'), 'The schema wants text here.')
  }
  if (variables === null) delete input.variables
  if (isObject(variables))
    input.variables = Object.fromEntries(
      Object.entries(variables).map(([key, variable]) => [
        key,
        isObject(variable) ? normaliseInput(variable, at(at(path, 'variables'), key), findings) : variable,
      ]),
    )
  return input
}
