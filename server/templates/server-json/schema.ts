/**
 * `server.json` as the newest dated schema of the MCP Registry defines it. Loose everywhere: what the schema does not
 * name is kept as it is, so that an export gives it back.
 * https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json
 */
import { z } from 'zod'

export const NEWEST_SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'
export const PUBLISHER_PROVIDED = 'io.modelcontextprotocol.registry/publisher-provided'
export const DESCRIPTION_MAX = 100
export const TITLE_MAX = 100
export const INPUT_FORMATS = ['string', 'number', 'boolean', 'filepath'] as const
export const ICON_TYPES = ['image/png', 'image/jpeg', 'image/jpg', 'image/svg+xml', 'image/webp'] as const

/** What RFC 3986 has in no URI. */
const NEVER_IN_URI = /[^\x21-\x7e]|["<>\\^`{|}]|%(?![0-9a-f]{2})|#.*#/i
export const isUri = (value: string): boolean => !NEVER_IN_URI.test(value) && URL.canParse(value)
const uri = z.string().refine(isUri, 'This is not a URL.')

const inputFields = {
  description: z.string().optional(),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
  format: z.enum(INPUT_FORMATS).optional(),
  default: z.string().optional(),
  placeholder: z.string().optional(),
  value: z.string().optional(),
  choices: z.array(z.string()).optional(),
}
const input = z.looseObject(inputFields)
export type Input = z.infer<typeof input>

const withVariables = { ...inputFields, variables: z.record(z.string(), input).optional() }
const keyValue = z.looseObject({ ...withVariables, name: z.string() })
export type KeyValue = z.infer<typeof keyValue>

const positional = z
  .looseObject({
    ...withVariables,
    type: z.literal('positional'),
    valueHint: z.string().optional(),
    isRepeated: z.boolean().optional(),
  })
  .refine((a) => a.value !== undefined || a.valueHint !== undefined, 'A positional argument needs value or valueHint.')
const named = z.looseObject({
  ...withVariables,
  type: z.literal('named'),
  name: z.string(),
  isRepeated: z.boolean().optional(),
})
const argument = z.discriminatedUnion('type', [positional, named])
export type ServerArgument = z.infer<typeof argument>

/** A template of a URL: braces are names that are filled in, real ones with dashes, too. */
const URL_TEMPLATE = /^(?:[^\p{Cc}\s"'<>\\^`{|}%]|%[0-9a-f]{2}|\{[^{}\s"'<>\\^`|]+\})+$/iu
const urlTemplate = z.string().regex(URL_TEMPLATE, 'This is not the template of a URL.')
const http = (type: 'streamable-http' | 'sse') =>
  z.looseObject({ type: z.literal(type), url: urlTemplate, headers: z.array(keyValue).optional() })
const localTransport = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('stdio') }),
  http('streamable-http'),
  http('sse'),
])
const variables = z.record(z.string(), input).optional()
const remote = z.discriminatedUnion('type', [
  http('streamable-http').extend({ variables }),
  http('sse').extend({ variables }),
])

const serverPackage = z.looseObject({
  registryType: z.string(),
  identifier: z.string(),
  version: z
    .string()
    .min(1)
    .max(255)
    .refine((version) => version !== 'latest', 'The schema wants one version here: latest is none.')
    .optional(),
  registryBaseUrl: uri.optional(),
  fileSha256: z
    .string()
    .regex(/^[a-f0-9]{64}$/)
    .optional(),
  runtimeHint: z.string().optional(),
  transport: localTransport,
  runtimeArguments: z.array(argument).optional(),
  packageArguments: z.array(argument).optional(),
  environmentVariables: z.array(keyValue).optional(),
})
export type ServerPackage = z.infer<typeof serverPackage>

export const serverJson = z.looseObject({
  $schema: uri.optional(),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/, 'A name is a reverse-DNS namespace, one slash and the server’s name.'),
  title: z.string().min(1).max(TITLE_MAX).optional(),
  description: z.string().min(1).max(DESCRIPTION_MAX),
  version: z.string().max(255),
  websiteUrl: uri.optional(),
  repository: z
    .looseObject({
      url: uri,
      source: z.string(),
      id: z.string().optional(),
      subfolder: z.string().optional(),
    })
    .optional(),
  icons: z
    .array(
      z.looseObject({
        src: uri.max(255),
        mimeType: z.enum(ICON_TYPES).optional(),
        sizes: z.array(z.string().regex(/^(\d+x\d+|any)$/)).optional(),
        theme: z.enum(['light', 'dark']).optional(),
      }),
    )
    .optional(),
  packages: z.array(serverPackage).optional(),
  remotes: z.array(remote).optional(),
  _meta: z.looseObject({ [PUBLISHER_PROVIDED]: z.record(z.string(), z.unknown()).optional() }).optional(),
})
export type ServerJson = z.infer<typeof serverJson>
