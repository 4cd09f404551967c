/** Checks an answer against DigitalOcean's OpenAPI document: status, body, rate-limit headers. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

interface ResponseObject {
  $ref?: string
  headers?: Record<string, unknown>
  content?: Record<string, { schema: object }>
}
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, ResponseObject> }>>
}

export interface Operation {
  method: string
  path: string
}

export interface Validator {
  operations: Operation[]
  /** Null for a path that the document does not know. */
  operationOf(method: string, path: string): Operation | null
  /** What is wrong, in words; empty when nothing is. */
  problems(operation: Operation, status: number, headers: Headers, body: unknown): string[]
}

export function createValidator(): Validator {
  const file = path.join(import.meta.dirname, 'digitalocean.json')
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, unicodeRegExp: false })
  addFormats.default(ajv)
  ajv.addSchema(document, 'do')
  const compiled = new Map<string, ValidateFunction>()
  const operations = Object.entries(document.paths).flatMap(([route, item]) =>
    Object.keys(item)
      .filter((method) => METHODS.includes(method))
      .map((method) => ({ method: method.toUpperCase(), path: route })),
  )

  function resolve(pointer: string): { pointer: string; response: ResponseObject } {
    const parts = pointer
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    const response = parts.reduce<unknown>(
      (node, part) => (node as Record<string, unknown>)[part],
      document,
    ) as ResponseObject
    return response.$ref ? resolve(response.$ref) : { pointer, response }
  }

  function validatorAt(pointer: string): ValidateFunction {
    const known = compiled.get(pointer)
    if (known) return known
    const made = ajv.compile({ $ref: `do${pointer}` })
    compiled.set(pointer, made)
    return made
  }

  return {
    operations,
    operationOf(method, path) {
      // A literal segment wins over a parameter: /v2/droplets/actions is not a droplet named "actions".
      const matching = operations.filter((o) => o.method === method && matches(o.path, path))
      return matching.sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0] ?? null
    },
    problems(operation, status, headers, body) {
      const item = document.paths[operation.path]?.[operation.method.toLowerCase()]
      const named = item?.responses[String(status)] ? String(status) : status >= 400 ? 'default' : null
      if (!named) return [`status ${status} is not in the document`]
      const escaped = operation.path.replaceAll('~', '~0').replaceAll('/', '~1')
      const { pointer, response } = resolve(`#/paths/${escaped}/${operation.method.toLowerCase()}/responses/${named}`)
      const missing = Object.keys(response.headers ?? {})
        .filter((name) => name.startsWith('ratelimit-') && !/^\d+$/.test(headers.get(name) ?? ''))
        .map((name) => `header ${name} is missing or no number`)
      if (!response.content) return body === undefined ? missing : [...missing, 'there must be no body']
      if (!headers.get('content-type')?.startsWith('application/json')) return [...missing, 'content-type is not JSON']
      const validate = validatorAt(`${pointer}/content/application~1json/schema`)
      if (validate(body)) return missing
      return [...missing, ...(validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)]
    },
  }
}

function matches(template: string, path: string): boolean {
  const wanted = path.split('/')
  const segments = template.split('/')
  return segments.length === wanted.length && segments.every((s, at) => s.startsWith('{') || s === wanted[at])
}
