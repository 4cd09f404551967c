/**
 * The registry's first seed was written from the start commands of READMEs. So `package_arguments` there are those of
 * `docker run` and of `uv`, the program's own behind them, and many values are what a reader was to replace.
 */
import { at, isObject, type JsonObject } from './json.ts'
import { type Findings, quoted } from './notes.ts'

/** `<your token>`, `YOUR_API_KEY`, `/path/to/x`: for a person to replace. */
const FOR_THE_READER = /<[^<>]+>|\byour[-_ ]|YOUR[-_]|(?:^|[\s/:=])path\/to\//i

export const isForTheReader = (value: string): boolean => FOR_THE_READER.test(value)

/** Makes an input of a value that is none. Values of docker's flags are looked at by their own names later. */
export function placeholderOfSeed(argument: JsonObject, path: string, findings: Findings): void {
  const { value, name } = argument
  if (typeof value !== 'string' || !isForTheReader(value)) return
  if (typeof name === 'string' && DOCKER_OR_UV.test(name)) return
  delete argument.value
  argument.placeholder = value
  argument.isRequired = true
  if (argument.type === 'positional') argument.valueHint ??= value
  findings.note(at(path, 'value'), `${quoted(value)} is for the reader to replace: a person is asked for it.`)
}

const DOCKER_OR_UV = /^(-e|--env|-v|--volume|--mount|-p|--publish|--directory|--from|--with|--project|-m)$/

export function splitSeedArguments(entry: JsonObject, path: string, findings: Findings): void {
  const { packageArguments: given, registryType, identifier } = entry
  if (!Array.isArray(given) || entry.runtimeArguments !== undefined) return
  const args = given.filter(isObject)
  if (args.length !== given.length) return
  const count = registryType === 'oci' ? dockerRun(args) : registryType === 'pypi' ? uvRun(args, String(identifier)) : 0
  if (count === 0) return
  const [ofRunner, ofProgram] = [args.slice(0, count), args.slice(count)]
  const [runtime, own] = [at(path, 'runtimeArguments'), at(path, 'packageArguments')]
  // Each looked up before the place it came from is taken by another.
  for (const [i] of ofProgram.entries()) findings.moved(at(own, i), at(own, count + i))
  findings.moved(runtime, own)
  entry.runtimeArguments = ofRunner
  if (ofProgram.length > 0) entry.packageArguments = ofProgram
  else delete entry.packageArguments
  const runner = registryType === 'oci' ? 'docker run' : 'uv'
  findings.note(runtime, `These are arguments of ${runner}, not of the program.`)
  const image = ofRunner.at(-1)
  if (registryType !== 'oci' || image?.type !== 'positional' || typeof image.value !== 'string') return
  if (image.value.startsWith('-') || isValueOfFlag(ofRunner, ofRunner.length - 1)) return
  findings.note(
    at(path, 'identifier'),
    `docker runs the image ${quoted(image.value)}: it is meant, not ${quoted(String(identifier))}.`,
  )
  entry.identifier = image.value
  delete entry.version
}

/** Flags whose value stands in the next argument when they hold none. */
const WITH_VALUE = /^(-e|--env|-v|--volume|--mount|-p|--publish|-w|--workdir|-u|--user|--name|--network)$/

const isValueOfFlag = (args: JsonObject[], i: number): boolean => {
  const before = args[i - 1]
  return before?.type === 'named' && before.value === undefined && WITH_VALUE.test(String(before.name))
}

/** Everything up to the image: the first word that is neither a flag nor the value of one. */
function dockerRun(args: JsonObject[]): number {
  const image = args.findIndex(
    (a, i) =>
      a.type === 'positional' &&
      !String(a.value ?? '-').startsWith('-') &&
      a.value !== 'run' &&
      !isValueOfFlag(args, i),
  )
  return image < 0 ? args.length : image + 1
}

const UV_FLAG = /^(--directory|--from|--with|--project|--python|-m)$/
const SCRIPT = /^(run\b|-m\b|.*\.py$)/
const plainName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

/** Everything up to the program, where anything says that uv is meant. */
function uvRun(args: JsonObject[], identifier: string): number {
  const program = args.findIndex((a) => a.type === 'positional')
  const first = program < 0 ? args : args.slice(0, program)
  const word = String(args[program]?.value ?? '')
  const isUv =
    first.some((a) => UV_FLAG.test(String(a.name))) || SCRIPT.test(word) || plainName(word) === plainName(identifier)
  return isUv && program >= 0 ? program + 1 : 0
}
