/**
 * Port and path of a package's transport. Its URL is a template that names the package's own inputs; a container's
 * port can't wait for a person, so those inputs become fixed.
 */
import type { Transport } from '#db/template-config.ts'
import { at } from './json.ts'
import { type Findings, quoted } from './notes.ts'
import type { Input, ServerPackage } from './schema.ts'
import type { VendorFacts } from './vendor.ts'

/** What stands in for a port that nothing gives: the package is told to use it. */
const PORT_DEFAULT = 8080
const LOCAL = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\]|host\.docker\.internal)$/
const URL_PARTS = /^(?<scheme>https?):\/\/(?<host>\[[^\]]*\]|[^/:?#]*)(?::(?<port>[^/?#]*))?(?<path>[^?#]*)(?<rest>.*)$/

export interface Publish {
  host: number | null
  container: number
  path: string
}

/**
 * @returns the transport, and the package with the inputs fixed that its URL names; null after a refusal
 */
export function transportOf(
  entry: ServerPackage,
  path: string,
  o: { publishes: Publish[]; vendor: VendorFacts },
  findings: Findings,
): { transport: Transport; entry: ServerPackage } | null {
  const { transport } = entry
  const place = at(path, 'transport')
  if (transport.type === 'stdio') {
    const [port] = o.publishes
    if (port) findings.refuse(port.path, `-p ${port.container}: a server that speaks stdio has no port to publish.`)
    return port ? null : { transport: { type: 'stdio', shared: false }, entry }
  }
  const urlPath = at(place, 'url')
  const fixes = new Map<string, string>()
  const look = (name: string, standIn: string | null): string | null => {
    const input = inputNamed(entry, name)
    const value = input?.value ?? (input?.default || undefined) ?? (input ? standIn : null)
    if (input && value !== null && value !== undefined) fixes.set(name, value)
    return value ?? null
  }
  // `{baseUrl}/mcp` holds the parts that the template lacks.
  const head = /^\{([^{}]+)\}/.exec(transport.url)?.[1]
  const url = head === undefined ? transport.url : `${look(head, null) ?? ''}${transport.url.slice(head.length + 2)}`
  const parts = URL_PARTS.exec(url)?.groups
  if (!parts) {
    findings.refuse(
      urlPath,
      `${quoted(transport.url)} does not say where the server listens: http://localhost:<port>/<path>.`,
    )
    return null
  }
  const fill = (text: string, standIn: string | null): string | null => {
    let missing = false
    const filled = text.replace(/\{([^{}]+)\}/g, (written, name: string) => {
      const value = look(name, standIn)
      if (value !== null) return value
      missing = true
      findings.refuse(urlPath, `${written} is declared by no argument or variable of the package.`)
      return written
    })
    return missing ? null : filled
  }
  const host = fill(parts.host ?? '', 'localhost')
  const asked = parts.port === undefined ? '' : fill(parts.port, String(PORT_DEFAULT))
  const route = fill(parts.path ?? '', null)
  if (host === null || asked === null || route === null) return null
  const port = LOCAL.test(host) ? localPort(asked, parts.scheme, o.publishes) : portElsewhere(entry, o, place, findings)
  if (port === null) {
    const why = LOCAL.test(host)
      ? `${quoted(asked)} is no port`
      : `${host} is a host elsewhere, and nothing in the document says on which port the container listens`
    findings.refuse(urlPath, `${quoted(transport.url)}: ${why}.`)
    return null
  }
  const other = o.publishes.find(({ container }) => container !== port)
  if (other) {
    findings.refuse(other.path, `-p ${other.container}: only the port of the transport, ${port}, is reached.`)
    return null
  }
  const where = !LOCAL.test(host) && o.vendor.path ? o.vendor.path : route === '' ? '/' : route
  if (!/^\/[\w\-./]*$/.test(where) || where.length > 200) {
    findings.refuse(urlPath, `${quoted(where)} is no plain path.`)
    return null
  }
  if (parts.rest) findings.note(urlPath, 'What stands behind the path is left out.')
  for (const [name, value] of fixes)
    findings.note(urlPath, `${name} is fixed to ${quoted(value)}: the address depends on it.`)
  return { transport: { type: transport.type, port, path: where }, entry: withFixed(entry, fixes) }
}

function localPort(text: string, scheme: string | undefined, publishes: Publish[]): number | null {
  const port = text === '' ? (scheme === 'https' ? 443 : 80) : /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port >= 1 && port <= 65_535)) return null
  // `-p 3000:8080`: the address is the host's, the server listens on the container's.
  const published = publishes.find(({ host }) => host === port) ?? publishes.find(({ host }) => host === null)
  return published?.container ?? port
}

/** The URL is where the publisher runs it; the container's port is what the rest of the document says. */
function portElsewhere(
  entry: ServerPackage,
  o: { publishes: Publish[]; vendor: VendorFacts },
  place: string,
  findings: Findings,
): number | null {
  const variable = entry.environmentVariables?.find(({ name }) => name === 'PORT')
  const given = Number(variable?.value ?? variable?.default ?? Number.NaN)
  const port =
    o.publishes[0]?.container ??
    o.vendor.port ??
    (Number.isInteger(given) && given > 0 && given < 65_536 ? given : null)
  if (port !== null)
    findings.note(
      at(place, 'url'),
      `The address is the publisher’s own; in the container the server listens on port ${port}, which the document says elsewhere.`,
    )
  return port
}

/** `{x}` in a URL names an argument by its hint or name, or a variable of the environment. */
function inputNamed(entry: ServerPackage, name: string): Input | null {
  const bare = bareName(name)
  const args = [...(entry.packageArguments ?? []), ...(entry.runtimeArguments ?? [])]
  for (const argument of args) {
    if (argument.valueHint === name || (argument.type === 'named' && bareName(argument.name) === bare)) return argument
    if (argument.variables && Object.hasOwn(argument.variables, name)) return argument.variables[name] ?? null
  }
  const variable = entry.environmentVariables?.find((candidate) => candidate.name === name)
  if (variable) return variable
  const { variables } = entry.transport as { variables?: Record<string, Input> }
  return variables && Object.hasOwn(variables, name) ? (variables[name] ?? null) : null
}

const bareName = (name: string): string => name.replace(/^-+|=+$/g, '')

function withFixed(entry: ServerPackage, fixes: Map<string, string>): ServerPackage {
  if (fixes.size === 0) return entry
  const fix = <T extends Input & { name?: string; valueHint?: string; variables?: Record<string, Input> }>(
    input: T,
  ): T => {
    const names = [input.valueHint, input.name, input.name === undefined ? undefined : bareName(input.name)]
    const value = names
      .map((name) => (name === undefined ? undefined : fixes.get(name)))
      .find((known) => known !== undefined)
    const variables = Object.entries(input.variables ?? {}).map(([name, variable]): [string, Input] => {
      const fixed = fixes.get(name)
      return [name, fixed === undefined ? variable : { ...variable, value: fixed }]
    })
    return {
      ...input,
      ...(value !== undefined && input.value === undefined ? { value } : {}),
      ...(variables.length > 0 ? { variables: Object.fromEntries(variables) } : {}),
    }
  }
  return {
    ...entry,
    ...(entry.packageArguments && { packageArguments: entry.packageArguments.map(fix) }),
    ...(entry.runtimeArguments && { runtimeArguments: entry.runtimeArguments.map(fix) }),
    ...(entry.environmentVariables && { environmentVariables: entry.environmentVariables.map(fix) }),
  } as ServerPackage
}
