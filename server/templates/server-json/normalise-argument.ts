/** One argument in the newest shape. */
import { at, type JsonObject } from './json.ts'
import type { Findings } from './notes.ts'
import { blank, normaliseInput, rename } from './rewrite.ts'
import { placeholderOfSeed } from './seed-form.ts'

const NAMES = { value_hint: 'valueHint', is_repeated: 'isRepeated' }

export function normaliseArgument(
  given: JsonObject,
  path: string,
  o: { isSeed: boolean },
  findings: Findings,
): JsonObject {
  const argument = normaliseInput(rename(given, NAMES, path, findings), path, findings)
  if (blank(argument.valueHint)) delete argument.valueHint
  if (argument.type === undefined) {
    argument.type = typeof argument.name === 'string' && argument.name !== '' ? 'named' : 'positional'
    findings.note(at(path, 'type'), `The argument names no type: it is read as ${argument.type}.`)
  }
  if (o.isSeed) {
    if (argument.type === 'named') splitName(argument, path, findings)
    // The seed wrote the same text as value and default.
    if (argument.default === argument.value) delete argument.default
    placeholderOfSeed(argument, path, findings)
  }
  if (argument.type === 'positional' && argument.value === undefined && argument.valueHint === undefined) {
    const { name, default: preset } = argument
    if (typeof name !== 'string' && typeof preset !== 'string') return argument
    argument.valueHint = typeof name === 'string' && name !== '' ? name : 'argument'
    findings.note(at(path, 'valueHint'), 'The schema wants a valueHint here: the argument’s name stands in for it.')
  }
  return argument
}

/** `-e TOKEN` and `--key=value` as a name hold a value too, often the whole of it a second time as the value. */
function splitName(argument: JsonObject, path: string, findings: Findings): void {
  const { name, value } = argument
  if (typeof name !== 'string') return
  const split = /^(?<flag>-{1,2}[\w-][\w.-]*)(?:=|\s+)(?<rest>[\s\S]*)$/.exec(name)?.groups
  if (split?.flag === undefined || split.rest === undefined) {
    // A flag without a value, twice.
    if (value === name && name.startsWith('-')) {
      delete argument.value
      if (argument.default === name) delete argument.default
      findings.note(at(path, 'value'), 'The flag itself is no value.')
    }
    return
  }
  argument.name = split.flag
  if (value === undefined || value === name) argument.value = split.rest
  if (argument.default === name) argument.default = argument.value as string
  findings.note(at(path, 'name'), `${split.flag} is the name, the rest its value.`)
}
