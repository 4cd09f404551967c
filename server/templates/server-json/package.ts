/** One package as the configuration of a template, or why it is none. */
import type { TemplateConfig } from '#db/template-config.ts'
import { argumentsOf } from './arguments.ts'
import { type DockerRun, readDockerRun } from './docker-run.ts'
import { parseImage } from './image-name.ts'
import { at } from './json.ts'
import { type Findings, quoted } from './notes.ts'
import { checkRunnerArguments } from './runner-arguments.ts'
import type { ServerPackage } from './schema.ts'
import { transportOf } from './transport.ts'
import { createVariables } from './variables.ts'
import { resourcesOf, type VendorFacts } from './vendor.ts'

/** Images in which packages are installed and run. */
export interface Runners {
  node: string
  python: string
}

/** Kinds of packages that Berth runs, the ones that need least work first. */
export const KINDS = ['oci', 'npm', 'pypi'] as const
type Kind = (typeof KINDS)[number]

const WHY_NOT: Record<string, string> = {
  mcpb: 'mcpb is a bundle for desktops; Berth runs containers',
  nuget: 'nuget packages need .NET; Berth runs images, npm and PyPI packages',
  cargo: 'cargo packages are built where they run; Berth runs images, npm and PyPI packages',
  unknown: 'the document itself does not know how to get this package',
}

export const isKind = (type: string): type is Kind => (KINDS as readonly string[]).includes(type)

/** Why a package of this type can't run; null for one that may. */
export const refusedType = (type: string): string | null =>
  isKind(type)
    ? null
    : Object.hasOwn(WHY_NOT, type)
      ? `${WHY_NOT[type]}.`
      : `${quoted(type)} is no kind of package that Berth runs: oci, npm and pypi are.`

const NOTHING_RUN: DockerRun = { environment: [], volumes: [], workingDir: null, publishes: [], program: [] }

/** @returns null after a refusal */
export function configOf(
  given: ServerPackage,
  path: string,
  o: { runners: Runners; vendor: VendorFacts },
  findings: Findings,
): TemplateConfig | null {
  const kind = given.registryType
  if (!isKind(kind)) {
    findings.refuse(at(path, 'registryType'), refusedType(kind) ?? '')
    return null
  }
  const source = kind === 'oci' ? imageOf(given, path, findings) : packageOf(given, kind, path, o.runners, findings)
  if (!source) return null
  // Ports that `docker run` publishes decide what the address means; what is read here besides is read again below.
  const before = findings.refusals.length
  const first = kind === 'oci' ? readRun(given, path, source.image, findings) : NOTHING_RUN
  if (kind !== 'oci') checkRunnerArguments(given, path, findings)
  if (findings.refusals.length > before) return null
  const located = transportOf(given, path, { publishes: first.publishes, vendor: o.vendor }, findings)
  if (!located) return null
  const { entry, transport } = located
  const run = kind === 'oci' ? readRun(entry, path, source.image, findings) : NOTHING_RUN

  const environment = entry.environmentVariables ?? []
  const names = [...environment, ...run.environment.map(({ variable }) => variable)].map(({ name }) => name)
  const variables = createVariables(findings, new Set(names))
  for (const [i, variable] of environment.entries())
    variables.environment(variable.name, variable, at(at(path, 'environmentVariables'), i))
  for (const { variable, path: place } of run.environment) variables.environment(variable.name, variable, place)
  const own = entry.packageArguments ?? []
  const args = [
    ...argumentsOf(run.program, at(path, 'runtimeArguments'), variables, findings),
    ...argumentsOf(own, at(path, 'packageArguments'), variables, findings),
  ]
  return {
    ...source,
    transport,
    ...(args.length > 0 ? { arguments: args } : {}),
    environmentVariables: variables.list(),
    resources: resourcesOf(kind, o.vendor),
    volumes: run.volumes,
    ...(run.workingDir === null ? {} : { workingDir: run.workingDir }),
    startTimeoutMs: 60_000,
    capabilities: [],
  }
}

const readRun = (entry: ServerPackage, path: string, image: string, findings: Findings): DockerRun =>
  readDockerRun(entry.runtimeArguments ?? [], at(path, 'runtimeArguments'), image, findings)

/** A version that the publisher's build was to fill in. */
const UNFILLED = /\$\{?\w|\{\{|%\w+%|<[^>]+>/

function imageOf(entry: ServerPackage, path: string, findings: Findings): { image: string } | null {
  const { identifier, version, runtimeHint } = entry
  const place = at(path, version === undefined || UNFILLED.test(identifier) ? 'identifier' : 'version')
  const text = place.endsWith('identifier') ? identifier : (version ?? '')
  if (UNFILLED.test(text)) {
    findings.refuse(place, `${quoted(text)} was never filled in: the publisher’s build puts the version there.`)
    return null
  }
  if (version !== undefined) {
    findings.refuse(at(path, 'version'), `${quoted(version)} is no tag of an image.`)
    return null
  }
  if (entry.registryBaseUrl !== undefined) {
    findings.refuse(
      at(path, 'registryBaseUrl'),
      `${quoted(identifier)} names another registry than ${entry.registryBaseUrl}.`,
    )
    return null
  }
  if (
    runtimeHint !== undefined &&
    !/^(docker|podman|nerdctl|oci|container)$/i.test(runtimeHint) &&
    entry.runtimeArguments
  ) {
    findings.refuse(
      at(path, 'runtimeHint'),
      `The image would run ${quoted(runtimeHint)}, which fetches its program when the container starts; Berth installs a package only as it was checked.`,
    )
    return null
  }
  const parsed = parseImage(identifier)
  if (!parsed.ok) {
    findings.refuse(at(path, 'identifier'), parsed.reason)
    return null
  }
  const { tag, digest } = parsed.reference
  if (digest === null && tag === 'latest')
    findings.note(at(path, 'identifier'), 'The image has no fixed tag: latest is meant, which moves.')
  return { image: identifier }
}

const EXACT = {
  npm: /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/,
  pypi: /^\d+(\.\d+)*((a|b|rc|alpha|beta|c|pre|preview)\d*|[._-]?(post|dev|a|b|rc|alpha|beta)[._-]?\d*)*(\+[0-9A-Za-z.]+)?$/i,
}
/** The public registries, and names that never are one (RFC 2606), as examples are written with. */
const PUBLIC_REGISTRY = {
  npm: /^(registry\.npmjs\.(org|com)|registry\.yarnpkg\.com|(www\.)?npmjs\.(com|org)|([\w-]+\.)*example(\.com|\.org|\.net)?)$/,
  pypi: /^((www\.)?pypi\.org|files\.pythonhosted\.org|pypi\.python\.org|([\w-]+\.)*example(\.com|\.org|\.net)?)$/,
}
const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*$/

function packageOf(
  entry: ServerPackage,
  kind: 'npm' | 'pypi',
  path: string,
  runners: Runners,
  findings: Findings,
): Pick<TemplateConfig, 'image' | 'package'> | null {
  const { identifier, version, registryBaseUrl } = entry
  const refuse = (key: string, reason: string) => {
    findings.refuse(at(path, key), reason)
    return null
  }
  if (!NAME.test(identifier) || identifier.length > 214)
    return refuse('identifier', `${quoted(identifier)} is no name of ${kind === 'npm' ? 'an npm' : 'a PyPI'} package.`)
  if (version === undefined) return refuse('version', 'There is no version, and Berth installs one exact version.')
  if (UNFILLED.test(version))
    return refuse('version', `${quoted(version)} was never filled in: the publisher’s build puts the version there.`)
  if (!EXACT[kind].test(version) || version.length > 100)
    return refuse(
      'version',
      `${quoted(version)} is not one exact version: a range or a tag may mean another program tomorrow.`,
    )
  if (registryBaseUrl !== undefined && !PUBLIC_REGISTRY[kind].test(new URL(registryBaseUrl).hostname))
    return refuse(
      'registryBaseUrl',
      `The package is in ${quoted(registryBaseUrl)}; one of the same name elsewhere may be another program.`,
    )
  const image = kind === 'npm' ? runners.node : runners.python
  return { image, package: { registryType: kind, identifier, version, allowInstallScripts: [] } }
}
