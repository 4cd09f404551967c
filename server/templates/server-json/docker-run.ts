/**
 * `runtimeArguments` of an image are those of `docker run`. Read as that command line: flags with their values, then
 * the image, then arguments of the program.
 */
import type { TemplateConfig } from '#db/template-config.ts'
import { type Flag, flagOf, splitFlag } from './docker-flags.ts'
import { repositoryOf } from './image-name.ts'
import { at } from './json.ts'
import { type Findings, quoted } from './notes.ts'
import type { Input, KeyValue, ServerArgument } from './schema.ts'
import { isForTheReader } from './seed-form.ts'
import { readMount, readVolume, volumeName } from './volumes.ts'

export interface DockerRun {
  environment: { variable: KeyValue; path: string }[]
  volumes: TemplateConfig['volumes']
  workingDir: string | null
  /** Container ports with the host's where both are given. */
  publishes: { host: number | null; container: number; path: string }[]
  /** What stands behind the image, with the places of each. */
  program: ServerArgument[]
}

interface Given {
  flag: string
  /** Undefined: it has none. */
  value: string | undefined
  argument: ServerArgument
  path: string
}

export function readDockerRun(
  list: readonly ServerArgument[],
  path: string,
  image: string,
  findings: Findings,
): DockerRun {
  const run: DockerRun = { environment: [], volumes: [], workingDir: null, publishes: [], program: [] }
  let imageSeen = false
  for (let i = 0; i < list.length; i++) {
    const argument = list[i] as ServerArgument
    const place = at(path, i)
    const word = argument.type === 'positional' ? argument.value : argument.name
    if (imageSeen) {
      run.program.push(argument)
      continue
    }
    if (word === undefined || word === '') continue
    if (argument.type === 'positional' && !word.startsWith('-')) {
      if (word === 'run' || word === 'docker' || word === 'container') continue
      imageSeen = true
      if (repositoryOf(word) !== repositoryOf(image))
        findings.refuse(place, `${quoted(word)} is another image than the package’s, ${quoted(image)}.`)
      continue
    }
    const flags = splitFlag(word)
    for (const [n, { name, value: inName }] of flags.entries()) {
      const flag = flagOf(name)
      const own = argument.type === 'named' && n === flags.length - 1 ? (argument.value ?? argument.default) : undefined
      const next = list[i + 1]
      const given: Given = { flag: name, value: inName ?? (own === '' ? undefined : own), argument, path: place }
      // `-e`, then `NAME` as an argument of its own.
      if (flag.takesValue && given.value === undefined && next?.type === 'positional' && next.value !== undefined) {
        i++
        given.value = next.value
        given.argument = { ...next, description: next.description ?? argument.description }
      }
      const why = read(given, flag, run)
      if (why !== null) findings.refuse(place, `${name}${given.value ? ` ${quoted(given.value)}` : ''}: ${why}.`)
    }
  }
  return run
}

/** @returns why not; null when it was read */
function read(given: Given, flag: Flag, run: DockerRun): string | null {
  const { value } = given
  // A switch that is off is none.
  if (flag.kind === 'passed' || (!flag.takesValue && value === 'false')) return null
  if (flag.kind === 'refused') return flag.reason ?? 'it is not allowed'
  if (value === undefined) return 'it has no value'
  if (flag.kind === 'env') {
    readEnvironment(given, value, run)
    return null
  }
  const text = withDefaults(value, given.argument.variables)
  switch (flag.kind) {
    case 'network':
      return ['bridge', 'default'].includes(text) ? null : 'a container has a network of its own'
    case 'platform':
      return /^linux\/(amd64|x86_64)$/.test(text) ? null : 'droplets are linux/amd64'
    case 'security':
      return /^no-new-privileges([:=]true)?$/.test(text) ? null : 'Berth sets how a container is confined'
    case 'user':
      return /^(root|0)(:|$)/.test(text) ? 'a server does not get to be root' : 'the user is the one of the image'
    case 'workdir':
      if (!/^\/[\w\-./]*$/.test(text) || text.length > 200) return 'it is no plain absolute path'
      run.workingDir = text
      return null
    case 'publish':
      return readPublish(text, given.path, run)
    default: {
      const read = flag.kind === 'mount' ? readMount(text) : readVolume(text)
      if ('refused' in read) return read.refused
      if (read.volume) run.volumes.push({ ...read.volume, name: volumeName(read.volume.name, run.volumes) })
      return null
    }
  }
}

/** A variable without a default stays as it is written, and is refused as what it then is. */
function withDefaults(text: string, variables: Record<string, Input> | undefined): string {
  return text.replace(/\{([^{}]+)\}/g, (written, name: string) => {
    const input = variables && Object.hasOwn(variables, name) ? variables[name] : undefined
    return input?.value ?? input?.default ?? written
  })
}

/** `NAME=value`, or `NAME` alone: docker then hands on the caller's own, so a person is asked for it. */
function readEnvironment({ argument, path }: Given, text: string, run: DockerRun): void {
  const equals = text.indexOf('=')
  const name = (equals < 0 ? text : text.slice(0, equals)).trim()
  const value = equals < 0 ? undefined : text.slice(equals + 1)
  const { description, isRequired, isSecret, format, choices, placeholder, variables } = argument
  const variable: KeyValue = { name, description, isRequired, isSecret, format, choices, placeholder, variables }
  if (value !== undefined && isForTheReader(value)) Object.assign(variable, { placeholder: value, isRequired: true })
  else if (value !== undefined) variable.value = value
  run.environment.push({ variable, path })
}

function readPublish(text: string, path: string, run: DockerRun): string | null {
  const match = PUBLISH.exec(text)?.groups
  const container = Number(match?.container)
  if (!(container >= 1 && container <= 65_535)) return 'it is no port of the container'
  const host = Number(match?.host)
  run.publishes.push({ host: Number.isInteger(host) && host > 0 ? host : null, container, path })
  return null
}

/** `[address:][host:]container[/tcp]`; address and host may be a person's to say. */
const PUBLISH =
  /^(?:(?:\[[^\]]*\]|[\d.]+|\{[^{}]*\}|localhost):)?(?:(?<host>\d{1,5}|\{[^{}]*\}):)?(?<container>\d{1,5})(?:\/tcp)?$/
