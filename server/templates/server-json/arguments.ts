/**
 * The arguments of a package's program. Named ones with two dashes become one `--flag=value`, as the schema writes
 * them; `-f value` are two. What a person may leave out is left out whole.
 */
import type { Argument } from '#db/template-config.ts'
import { at } from './json.ts'
import type { Findings } from './notes.ts'
import type { Input, ServerArgument } from './schema.ts'
import type { Variables } from './variables.ts'

export function argumentsOf(
  list: readonly ServerArgument[],
  path: string,
  variables: Variables,
  findings: Findings,
): Argument[] {
  return list.flatMap((argument, i) => {
    const place = at(path, i)
    if (argument.isRepeated && argument.value === undefined)
      findings.note(place, 'It may be given several times; Berth takes one.')
    return argument.type === 'positional'
      ? positional(argument, place, variables)
      : named(argument, place, variables, findings)
  })
}

type Positional = Extract<ServerArgument, { type: 'positional' }>
type Named = Extract<ServerArgument, { type: 'named' }>

function positional(argument: Positional, path: string, variables: Variables): Argument[] {
  const { value } = argument
  if (value === undefined) {
    const key = variables.input(argument.valueHint ?? 'argument', inputOf(argument), path)
    return [optional(argument, key, [`{${key}}`])].flat()
  }
  if (value === '') return []
  return templated(value, argument, path, variables, (text) => [text])
}

/** Nothing says that a value belongs to it: the flag alone. */
const isBare = (a: Named): boolean =>
  a.value === undefined &&
  a.default === undefined &&
  a.placeholder === undefined &&
  a.choices === undefined &&
  a.valueHint === undefined &&
  !a.isSecret &&
  !a.isRequired &&
  a.format === undefined &&
  !a.description

function named(argument: Named, path: string, variables: Variables, findings: Findings): Argument[] {
  const { name, value } = argument
  if (name === '') return []
  const whole = /^(-[^\s=]*)(?:=|\s+)\S/.exec(name)
  // `--key=value` as a name is all of it, `--key value` are two.
  if (whole?.[1] && (value === undefined || value === name))
    return name.charAt(whole[1].length) === '=' ? [name] : [whole[1], name.slice(whole[1].length).trim()]
  if (value === '' || value === name || isBare(argument)) return [name]
  if (value !== undefined) return templated(value, argument, path, variables, (text) => flag(name, text))
  const wish = name.replace(/^-+|=+$/g, '')
  const key = variables.input(wish === '' ? name : wish, inputOf(argument), path)
  if (mayBeAbsent(argument)) findings.note(path, `${name} is left out unless a person gives ${key}.`)
  return optional(argument, key, flag(name, `{${key}}`))
}

const flag = (name: string, value: string): string[] => {
  if (name.endsWith('=')) return [`${name}${value}`]
  return name.startsWith('--') ? [`${name}=${value}`] : [name, value]
}

/** The one variable of a text decides whether the whole argument is there. */
function templated(
  value: string,
  argument: ServerArgument,
  path: string,
  variables: Variables,
  write: (text: string) => string[],
): Argument[] {
  const used = Object.entries(argument.variables ?? {}).filter(([name]) => value.includes(`{${name}}`))
  const text = variables.template(value, argument.variables, path)
  const values = write(text)
  const [only] = used
  if (used.length !== 1 || !only || argument.isRequired || !mayBeAbsent(only[1])) return values
  const key = variables.input(only[0], only[1], at(at(path, 'variables'), only[0]))
  return [{ onlyWith: key, values }]
}

const mayBeAbsent = (input: Input): boolean =>
  !input.isRequired && (input.default === undefined || input.default === '') && input.value === undefined

const optional = (argument: Input, key: string, values: string[]): Argument[] =>
  mayBeAbsent(argument) ? [{ onlyWith: key, values }] : values

function inputOf(argument: ServerArgument): Input {
  const { description, isRequired, isSecret, format, choices, placeholder } = argument
  return { description, isRequired, isSecret, format, default: argument.default, choices, placeholder }
}
