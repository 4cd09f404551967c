/**
 * `runtimeArguments` of npm and PyPI packages are those of npx and uvx. Berth installs the one version that the
 * document names and runs its program: what only says so again is passed over, everything else is refused by name.
 */
import { at } from './json.ts'
import { type Findings, quoted } from './notes.ts'
import type { ServerArgument, ServerPackage } from './schema.ts'

const PASSED = new Set(['-y', '--yes', '-q', '--quiet', '--silent', '--no-progress'])
/** They may name the package itself. */
const NAMES_PACKAGE = new Set(['--from', '--with', '--package', '-p'])

const plainName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

export function checkRunnerArguments(entry: ServerPackage, path: string, findings: Findings): void {
  const list = entry.runtimeArguments ?? []
  for (let i = 0; i < list.length; i++) {
    const argument = list[i] as ServerArgument
    const place = at(at(path, 'runtimeArguments'), i)
    const word = argument.type === 'named' ? argument.name : (argument.value ?? '')
    const value = argument.type === 'named' ? argument.value : undefined
    if (word === '' || (PASSED.has(word) && value !== word)) continue
    if (NAMES_PACKAGE.has(word)) {
      const next = list[i + 1]
      const named = value ?? (next?.type === 'positional' ? next.value : undefined)
      if (value === undefined && next?.type === 'positional') i++
      if (named !== undefined && isItself(named, entry)) continue
      findings.refuse(
        place,
        `${word} ${quoted(named ?? '')}: Berth installs ${entry.identifier} and what it depends on, nothing beside.`,
      )
      continue
    }
    if (argument.type === 'positional' && isItself(word, entry)) continue
    const whole = value === undefined || value === '' ? word : `${word} ${value}`
    findings.refuse(
      place,
      `${quoted(whole)} is for ${entry.runtimeHint ?? 'the runner'}, and Berth runs the program of the released package itself.`,
    )
  }
}

/** `name`, `name@1.0.0`, `name==1.0.0`. */
function isItself(word: string, { identifier, version }: ServerPackage): boolean {
  const [, name = word, named] = /^(@?[^@=]+)(?:@|==)(.+)$/.exec(word) ?? []
  return plainName(name) === plainName(identifier) && (named === undefined || named === version)
}
