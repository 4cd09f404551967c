/** Input shapes that several routers share. */
import { z } from 'zod'
import { PLACEMENT_STRATEGIES } from '#db/placement-preferences.ts'
import { ENV_KEY } from '#db/template-config.ts'
import { templateContent } from '#db/template-content.ts'

export const slug = z
  .string()
  .max(100)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'Use lower-case letters, digits and -')
export const deploymentId = z.uuid()
export const dropletId = z.uuid()
/** What Postgres stores as it was sent: without NUL, and without half a surrogate pair, which would become U+FFFD. */
const storable = (value: string) => !/[\0\p{Cs}]/u.test(value)
/** A name that people read: one line, no control characters. */
export const label = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), 'Use one line without control characters')
/** Opaque; two different keys must stay different in the database. */
export const idempotencyKey = z.string().min(1).max(200).refine(storable, 'Use text without NUL')
/** What is looked for in the database. */
export const searchText = (max: number) => z.string().max(max).refine(storable, 'Use text without NUL')
/** Numbers of rows, as Postgres counts them. */
export const rowNumber = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
/** Of a template; counts from 1. */
export const versionNumber = rowNumber.min(1)
const DOCUMENT_MAX_BYTES = 512 * 1024
/** What `JSON.stringify` makes of NUL and of half a surrogate pair. */
const UNSTORABLE_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i
/** A JSON object as Postgres stores it: bounded, without NUL. */
export const jsonDocument = z.record(z.string(), z.unknown()).refine((document) => {
  const text = JSON.stringify(document)
  return Buffer.byteLength(text) <= DOCUMENT_MAX_BYTES && !UNSTORABLE_ESCAPE.test(text)
}, 'Use a JSON object of at most 512 KiB, without NUL')
/** A template's content, refused where Postgres would refuse it and where two entries would be one. */
export const content = templateContent.superRefine((value, issues) => {
  const refuse = (path: PropertyKey[], message: string) => issues.addIssue({ code: 'custom', path, message })
  const walk = (part: unknown, path: PropertyKey[]): void => {
    if (typeof part === 'string' && !storable(part)) refuse(path, 'Use text without NUL')
    else if (typeof part === 'object' && part !== null)
      for (const [key, entry] of Object.entries(part)) walk(entry, [...path, key])
  }
  walk(value, [])
  const unique = (list: 'environmentVariables' | 'volumes', field: 'name' | 'path', keys: string[]) => {
    for (const [i, key] of keys.entries())
      if (keys.indexOf(key) !== i) refuse(['config', list, i, field], `${key} stands here twice`)
  }
  const { environmentVariables, volumes } = value.config
  const names = environmentVariables.map(({ name }) => name)
  unique('environmentVariables', 'name', names)
  unique(
    'volumes',
    'name',
    volumes.map(({ name }) => name),
  )
  unique(
    'volumes',
    'path',
    volumes.map(({ path }) => path),
  )
})
/** The same as a file's text. */
export const jsonText = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= DOCUMENT_MAX_BYTES, 'Use a JSON document of at most 512 KiB')
export const httpUrl = z.url({ protocol: /^https?$/, error: 'Use an http:// or https:// URL' }).max(2000)
/** `host` or `host:port`, as it stands in an image reference. */
export const registryHost = z
  .string()
  .max(260)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/, 'Use a host such as ghcr.io or registry.example:5000')
/** Goes out in a header: one line of text. */
export const secretText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), 'Use one line without control characters')
/** R5; values are opaque but for NUL, which no environment can hold. */
export const variables = z
  .record(
    z.string().max(128).regex(ENV_KEY, 'Use letters, digits and _, not starting with a digit'),
    z.string().max(10_000).refine(storable, 'NUL is not allowed in a value'),
  )
  .refine((map) => Object.keys(map).length <= 100, 'At most 100 variables')
/** In place of a template's own figures; what no droplet has is refused by placement. */
export const resources = z.strictObject({
  memoryBytes: z
    .int()
    .min(16 * 2 ** 20)
    .max(2 ** 42)
    .optional(),
  cpuMillis: z.int().min(10).max(1_000_000).optional(),
})
/** Variable → own deployment whose value is used. */
export const reuse = z
  .record(z.string().max(128).regex(ENV_KEY, 'Use letters, digits and _, not starting with a digit'), deploymentId)
  .refine((map) => Object.keys(map).length <= 100, 'At most 100 variables')
export const email = z.email().max(254)
/** NIST SP 800-63B-4 §3.1.1.2: at least 15 characters where a password is the only factor; a limit above 64. */
export const newPassword = z.string().min(15, 'Use at least 15 characters').max(256)
/** How far back an evaluation looks. */
export const days = z.int().min(1).max(365).default(30)
/** What DigitalOcean calls a size; whether it is on sale is placement's to say. */
const size = z
  .string()
  .max(60)
  .regex(/^[a-z0-9][a-z0-9_-]*$/, 'Use a size slug such as s-1vcpu-1gb')
export const strategy = z.enum(PLACEMENT_STRATEGIES)
export const region = z
  .string()
  .max(20)
  .regex(/^[a-z0-9]+$/, 'Use a region slug such as nyc3')

/** Where a deployment is to go, as far as somebody says: in a region, on a droplet of theirs, or on a new one. */
export const place = {
  region: region.optional(),
  dropletId: dropletId.optional(),
  newDroplet: z.strictObject({ size, region }).optional(),
}
/** Refuses two places that can't both be, at the field to leave out. */
export function onePlace(
  input: { region?: string; dropletId?: string; newDroplet?: { size: string; region: string } },
  issues: z.RefinementCtx,
): void {
  const { newDroplet, dropletId: existing, region: only } = input
  const refuse = (path: string[], message: string) => issues.addIssue({ code: 'custom', path, message })
  if (newDroplet && existing)
    refuse(['newDroplet'], 'Leave it out, or leave dropletId out: it can only go to one of the two')
  if (newDroplet && only && only !== newDroplet.region)
    refuse(['newDroplet', 'region'], `Use ${only} as in region, or leave region out`)
}
