import { at, isObject, type JsonObject } from './json.ts'
import type { Findings } from './notes.ts'
import { normaliseInput, rename } from './rewrite.ts'

/** What the same transports were called before they had one name each. */
const OLDER_TYPES: Record<string, string> = {
  streamable: 'streamable-http',
  streamable_http: 'streamable-http',
  streamableHttp: 'streamable-http',
  http: 'streamable-http',
}

export function normaliseTransport(given: JsonObject, path: string, findings: Findings): JsonObject {
  const transport = rename(given, { transport_type: 'type' }, path, findings)
  const { type, headers, url } = transport
  const newer = typeof type === 'string' && Object.hasOwn(OLDER_TYPES, type) ? OLDER_TYPES[type] : undefined
  if (newer) {
    transport.type = newer
    findings.note(at(path, 'type'), `${type} is ${newer}.`)
  }
  if (url === null || url === '') delete transport.url
  if (headers === null) delete transport.headers
  if (Array.isArray(headers))
    transport.headers = headers.map((header, i) =>
      isObject(header) ? normaliseInput(header, at(at(path, 'headers'), i), findings) : header,
    )
  return transport
}

/** A remote has variables of its own, which are inputs. */
export function normaliseRemote(given: JsonObject, path: string, findings: Findings): JsonObject {
  const remote = normaliseTransport(given, path, findings)
  const { variables } = remote
  if (variables === null) delete remote.variables
  if (isObject(variables))
    remote.variables = Object.fromEntries(
      Object.entries(variables).map(([key, variable]) => [
        key,
        isObject(variable) ? normaliseInput(variable, at(at(path, 'variables'), key), findings) : variable,
      ]),
    )
  return remote
}
