/**
 * `{NAME}` in a template's arguments and fixed values. Only the names of declared variables are replaced, once and with
 * the value as it is: braces in a value mean nothing, and a filled argument stays one argument (R3).
 */
import type { Argument, EnvironmentVariable } from '#db/template-config.ts'
import { BerthError } from '#server/errors.ts'

/** What the person gave, by name; without the fixed ones. */
export type Values = Readonly<Record<string, string>>
type Declared = readonly EnvironmentVariable[]

const PLACEHOLDER = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g
/** Linux takes 128 KiB in one argument or variable; fixed values that name each other could grow past any bound. */
const FILLED_LENGTH_MAX = 100_000

export interface Filled {
  /** @returns undefined for one without a value */
  valueFor(name: string): string | undefined
  /** A declared variable without a value leaves nothing behind. */
  fill(text: string): string
}

/** @throws INVALID_INPUT when a text grows beyond what a container can get; it never holds a value */
export function filled(declared: Declared, given: Values): Filled {
  const byName = new Map(declared.map((variable) => [variable.name, variable]))
  const known = new Map<string, string | undefined>()
  /** Fixed values under way: one that names itself, directly or not, stays as it is written there. */
  const open = new Set<string>()

  function valueFor(name: string): string | undefined {
    const fixed = byName.get(name)?.value
    if (fixed === undefined) return byName.has(name) && Object.hasOwn(given, name) ? given[name] : undefined
    if (!known.has(name)) {
      open.add(name)
      known.set(name, fill(fixed))
      open.delete(name)
    }
    return known.get(name)
  }

  function fill(text: string): string {
    let length = text.length
    return text.replace(PLACEHOLDER, (written, name: string) => {
      if (!byName.has(name) || open.has(name)) return written
      const value = valueFor(name) ?? ''
      length += value.length
      if (length > FILLED_LENGTH_MAX)
        throw new BerthError(
          'INVALID_INPUT',
          `With its values filled in, a text of the template that names ${name} is too long.`,
        )
      return value
    })
  }
  return { valueFor, fill }
}

/** Docker's `Cmd`; undefined when the template leaves the image's own. */
export function argumentsOf(args: readonly Argument[] | undefined, values: Filled): string[] | undefined {
  return args?.flatMap((argument) => {
    if (typeof argument === 'string') return [values.fill(argument)]
    return values.valueFor(argument.onlyWith) ? argument.values.map(values.fill) : []
  })
}

/** The container's environment: fixed values filled in, `inputOnly` ones left out. */
export function environmentOf(declared: Declared, values: Filled): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const { name, inputOnly } of declared) {
    const value = inputOnly ? undefined : values.valueFor(name)
    if (value !== undefined) environment[name] = value
  }
  return environment
}
