/**
 * What a template says about its MCP server: the shape of `mcp_template_config`, checked wherever one enters.
 * Names follow the MCP Registry's `server.json` and Docker where both have a word.
 */
import { z } from 'zod'

/** R5: what POSIX and Docker both accept as a name, so that no key can smuggle a second variable. */
export const ENV_KEY = /^[A-Za-z_][A-Za-z0-9_]*$/
const variableName = z.string().max(128).regex(ENV_KEY, 'Use letters, digits and _, not starting with a digit')
const httpPath = z
  .string()
  .max(200)
  .regex(/^\/[\w\-./]*$/, 'Use a path such as /mcp')

/** `server.json`'s `format` of an input. */
export const VARIABLE_FORMATS = ['string', 'number', 'boolean', 'filepath'] as const

export const environmentVariable = z.object({
  name: variableName,
  description: z.string().max(2000).default(''),
  isRequired: z.boolean().default(false),
  isSecret: z.boolean().default(false),
  /** Absent means `string`. */
  format: z.enum(VARIABLE_FORMATS).optional(),
  default: z.string().max(10_000).optional(),
  choices: z.array(z.string().max(500)).max(100).optional(),
  placeholder: z.string().max(500).optional(),
  /**
   * Fixed by the template: the person is not asked. `{NAME}` stands for the value of the declared variable NAME; other
   * braces are literal.
   */
  value: z.string().max(10_000).optional(),
  /** Fills `{NAME}` in arguments and values only: not part of the container's environment. */
  inputOnly: z.boolean().optional(),
  /** Berth makes a random one (32 bytes, hex) when the person gives none. */
  generate: z.boolean().optional(),
})
export type EnvironmentVariable = z.infer<typeof environmentVariable>

/** One argument; `{NAME}` as in `value`. The object form is left out as a whole while its variable has no value. */
export const argument = z.union([
  z.string().max(4096),
  z.object({ onlyWith: variableName, values: z.array(z.string().max(4096)).min(1).max(8) }),
])
export type Argument = z.infer<typeof argument>

/** Above what any machine has, and far below what columns and sums of many can hold. */
export const resourceRequirements = z.object({
  memoryBytes: z
    .int()
    .min(16 * 2 ** 20)
    .max(2 ** 43, 'memoryBytes is at most 2^43, which is 8 TiB'),
  /** Thousandths of a vCPU, as Kubernetes counts. */
  cpuMillis: z.int().min(10).max(1_000_000, 'cpuMillis is at most 1000000, which is 1000 vCPU'),
  diskBytes: z
    .int()
    .min(0)
    .max(2 ** 45, 'diskBytes is at most 2^45, which is 32 TiB'),
})

const port = z.int().min(1).max(65_535)

export const transport = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('stdio'),
    /** One process for all clients (ids rewritten) in place of one a client session. */
    shared: z.boolean().default(false),
  }),
  z.object({ type: z.literal('streamable-http'), port, path: httpPath.default('/mcp') }),
  /** HTTP+SSE of protocol version 2024-11-05: a GET stream that names where to POST. */
  z.object({ type: z.literal('sse'), port, path: httpPath.default('/sse') }),
])
export type Transport = z.infer<typeof transport>

export const volume = z.object({
  /** Last part of the named volume; Berth prefixes installation and deployment. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'Use lower-case letters, digits and -'),
  path: httpPath,
})

/** A package that a runner image installs and runs, in place of an image of its own. */
export const packageSource = z.object({
  registryType: z.enum(['npm', 'pypi']),
  identifier: z
    .string()
    .max(214)
    .regex(/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*$/, 'Use the name of a package'),
  /** One version, never a range: PEP 440 or semver characters. */
  version: z
    .string()
    .max(100)
    .regex(/^[0-9A-Za-z][0-9A-Za-z.+!_-]*$/, 'Use one exact version'),
  /** Dependencies whose install scripts an admin allows, by name; everything else runs none. */
  allowInstallScripts: z.array(z.string().max(214)).max(50).default([]),
})
export type PackageSource = z.infer<typeof packageSource>

export const templateConfig = z.object({
  /** With `package`: the runner image. */
  image: z.string().min(1).max(512),
  package: packageSource.optional(),
  transport,
  /** Replaces the image's command (Docker `Cmd`); with `package`: arguments of its program. */
  arguments: z.array(argument).max(64).optional(),
  environmentVariables: z.array(environmentVariable).max(100).default([]),
  resources: resourceRequirements,
  volumes: z.array(volume).max(8).default([]),
  /** Working folder inside the container; absent means the image's. */
  workingDir: httpPath.optional(),
  /** Why the root filesystem must be writable; absent means read-only (I8). */
  writableRootReason: z.string().max(300).optional(),
  /** How long the server may take to answer its first MCP request. */
  startTimeoutMs: z.int().min(1000).max(300_000).default(60_000),
  capabilities: z.array(z.string().max(100)).max(500).default([]),
})
export type TemplateConfig = z.infer<typeof templateConfig>

export const autoDeployCriteria = z.object({
  /** DigitalOcean region slugs; absent means any. */
  regions: z.array(z.string().max(20)).max(50).optional(),
  /** Size slugs that a new droplet may have; absent means any. */
  sizes: z.array(z.string().max(50)).max(200).optional(),
  /** Never two deployments of this template on one droplet. */
  spread: z.boolean().optional(),
  /** A droplet of its own: nothing else is placed beside it. */
  exclusive: z.boolean().optional(),
})
export type AutoDeployCriteria = z.infer<typeof autoDeployCriteria>
