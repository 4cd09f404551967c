/**
 * Registries that mirror `server.json` put what they deploy with under keys of their own in `_meta`: port and path of
 * the container, its memory and CPU, tags. Facts there are better than defaults; nothing else is taken.
 */
import type { TemplateConfig } from '#db/template-config.ts'
import { isObject, type Json, type JsonObject, own } from './json.ts'
import { PUBLISHER_PROVIDED } from './schema.ts'

export interface VendorFacts {
  port: number | null
  path: string | null
  memoryBytes: number | null
  cpuMillis: number | null
  tags: string[]
}

const UNITS: Record<string, number> = { K: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }
const MIB = 2 ** 20

export function vendorFacts(document: JsonObject): VendorFacts {
  const facts: VendorFacts = { port: null, path: null, memoryBytes: null, cpuMillis: null, tags: [] }
  if (!isObject(document._meta)) return facts
  for (const [key, meta] of Object.entries(document._meta)) {
    if (key === PUBLISHER_PROVIDED || !isObject(meta)) continue
    const deployment = object(meta, 'deployment')
    const limits = object(object(meta, 'resources'), 'limits')
    const { port, mcpPath } = deployment
    if (typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535) facts.port ??= port
    if (typeof mcpPath === 'string' && /^\/[\w\-./]{0,199}$/.test(mcpPath)) facts.path ??= mcpPath
    facts.memoryBytes ??= bytesOf(limits.memory)
    facts.cpuMillis ??= millisOf(limits.cpu)
    const { tags } = object(meta, 'display')
    if (Array.isArray(tags)) facts.tags.push(...tags.filter((tag): tag is string => typeof tag === 'string'))
  }
  return facts
}

const object = (value: JsonObject, key: string): JsonObject => {
  const found = own(value, key)
  return isObject(found) ? found : {}
}

/** Kubernetes' quantities. What no server could mean is passed over. */
function bytesOf(quantity: Json | undefined): number | null {
  const [, digits, unit = ''] = /^(\d{1,7})(Ki|Mi|Gi|K|M|G)$/.exec(typeof quantity === 'string' ? quantity : '') ?? []
  const bytes = Number(digits) * (UNITS[unit] ?? Number.NaN)
  return bytes >= 32 * MIB && bytes <= 64 * 2 ** 30 ? bytes : null
}

function millisOf(quantity: Json | undefined): number | null {
  const [, digits, milli] = /^(\d{1,6})(m?)$/.exec(typeof quantity === 'string' ? quantity : '') ?? []
  const millis = Number(digits) * (milli ? 1 : 1000)
  return millis >= 10 && millis <= 64_000 ? millis : null
}

const DEFAULT_MEMORY_MIB = { oci: 256, npm: 384, pypi: 384 }
const DEFAULT_DISK_MIB = { oci: 512, npm: 1024, pypi: 1024 }

export const resourcesOf = (kind: 'oci' | 'npm' | 'pypi', vendor: VendorFacts | null): TemplateConfig['resources'] => ({
  memoryBytes: vendor?.memoryBytes ?? DEFAULT_MEMORY_MIB[kind] * MIB,
  cpuMillis: vendor?.cpuMillis ?? 250,
  diskBytes: DEFAULT_DISK_MIB[kind] * MIB,
})
