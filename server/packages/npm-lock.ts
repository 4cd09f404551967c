/** What npm's lockfile says, and why a package is refused: everything from one registry, with a hash. Pure. */
import path from 'node:path'
import { z } from 'zod'
import type { PackageSource } from '#db/template-config.ts'
import { BerthError } from '#server/errors.ts'

const entry = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  optional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  bin: z.record(z.string(), z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
})
type Entry = z.infer<typeof entry>
const lockfile = z.looseObject({ lockfileVersion: z.literal(3), packages: z.record(z.string(), entry) })

const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/
const MODULES = 'node_modules/'
const DETAILS_MAX = 5

export interface NpmFacts {
  program: string
  packages: number
  installScripts: string[]
}

/** @throws PACKAGE_NOT_INSTALLABLE naming each dependency at fault */
export function readNpmLock(text: string, source: PackageSource, registryUrl: string): NpmFacts {
  const parsed = lockfile.safeParse(parseJson(text))
  if (!parsed.success) throw refused(source, ['npm wrote a lockfile that can not be read.'])
  const { '': _root, ...packages } = parsed.data.packages
  const entries = Object.entries(packages)
  const faults = entries.flatMap(([at, one]) => faultOf(at, one, packages, `${registryUrl.replace(/\/+$/, '')}/`) ?? [])
  if (faults.length > 0) throw refused(source, faults)
  const allowed = new Set(source.allowInstallScripts)
  const scripted = entries
    .filter(([, one]) => one.hasInstallScript && !one.optional)
    .map(([at, one]) => nameOf(at, one))
  return {
    program: programOf(source, packages[MODULES + source.identifier]),
    packages: entries.length,
    installScripts: [...new Set(scripted)].filter((name) => !allowed.has(name)).sort(),
  }
}

export const refused = (source: Pick<PackageSource, 'identifier' | 'version'>, faults: string[]): BerthError => {
  const more = faults.length > DETAILS_MAX ? [`And ${faults.length - DETAILS_MAX} more.`] : []
  const told = [...faults.slice(0, DETAILS_MAX), ...more].join(' ')
  return new BerthError('PACKAGE_NOT_INSTALLABLE', `${source.identifier} ${source.version} can't be installed: ${told}`)
}

function faultOf(at: string, one: Entry, packages: Record<string, Entry>, registry: string): string | null {
  const name = nameOf(at, one)
  if (one.inBundle && !one.link && bundlerOf(at, packages)) return null
  if (one.link || !one.resolved || !one.resolved.startsWith(registry)) {
    const from = specOf(name, packages) ?? one.resolved ?? 'a folder'
    return `${name} comes from ${from}, not from the registry.`
  }
  if (!one.integrity?.split(' ').some((hash) => INTEGRITY.test(hash))) return `${name} has no sha512 hash.`
  return null
}

/** The hash of a package covers what it bundles. */
function bundlerOf(at: string, packages: Record<string, Entry>): boolean {
  const parent = at.slice(0, at.lastIndexOf(`/${MODULES}`))
  if (parent === at || !packages[parent]) return false
  return packages[parent].inBundle ? bundlerOf(parent, packages) : packages[parent].integrity !== undefined
}

/** How somebody asked for it. */
function specOf(name: string, packages: Record<string, Entry>): string | null {
  for (const { dependencies, optionalDependencies } of Object.values(packages)) {
    const spec = dependencies?.[name] ?? optionalDependencies?.[name]
    if (spec?.includes(':')) return spec
  }
  return null
}

const nameOf = (at: string, one: Entry): string => one.name ?? at.slice(at.lastIndexOf(MODULES) + MODULES.length)

function programOf(source: PackageSource, own: Entry | undefined): string {
  const bin = own?.bin ?? {}
  const names = Object.keys(bin)
  const bare = source.identifier.split('/').at(-1) ?? ''
  const file = bin[bare] ?? (names.length === 1 ? bin[names[0] ?? ''] : undefined)
  if (file === undefined)
    throw refused(source, [
      names.length === 0
        ? 'it has no program of its own.'
        : `it has the programs ${names.join(', ')}, and none is called ${bare}.`,
    ])
  const plain = path.posix.normalize(file)
  if (path.posix.isAbsolute(plain) || plain.startsWith('..') || !/^[\w\-./@+]+$/.test(plain))
    throw refused(source, ['its program lies outside of it.'])
  return path.posix.join(MODULES, source.identifier, plain)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
