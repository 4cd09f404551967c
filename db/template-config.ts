/**
 * What a template says about its MCP server: the shape of `mcp_template_config`, checked wherever one enters.
 * Names follow the MCP Registry's `server.json` and Docker where both have a word.
 */
import { z } from 'zod'

/** R5: what POSIX and Docker both accept as a name, so that no key can smuggle a second variable. */
export const ENV_KEY = /^[A-Za-z_][A-Za-z0-9_]*$/

export const environmentVariable = z.object({
  name: z.string().max(128).regex(ENV_KEY, 'Use letters, digits and _, not starting with a digit'),
  description: z.string().max(500).default(''),
  isRequired: z.boolean().default(false),
  isSecret: z.boolean().default(false),
  default: z.string().max(10_000).optional(),
  choices: z.array(z.string().max(500)).max(100).optional(),
  placeholder: z.string().max(200).optional(),
})

export const resourceRequirements = z.object({
  memoryBytes: z.int().min(16 * 2 ** 20),
  /** Thousandths of a vCPU, as Kubernetes counts. */
  cpuMillis: z.int().min(10),
  diskBytes: z.int().min(0),
})

export const transport = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('stdio'),
    /** One process for all clients (ids rewritten) in place of one a client session. */
    shared: z.boolean().default(false),
  }),
  z.object({
    type: z.literal('streamable-http'),
    port: z.int().min(1).max(65_535),
    path: z
      .string()
      .max(200)
      .regex(/^\/[\w\-./]*$/)
      .default('/mcp'),
  }),
])

export const volume = z.object({
  /** Last part of the named volume; Berth prefixes installation and deployment. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/),
  path: z
    .string()
    .max(200)
    .regex(/^\/[\w\-./]*$/),
})

export const templateConfig = z.object({
  image: z.string().min(1).max(512),
  transport,
  /** Replaces the image's command (Docker `Cmd`). */
  arguments: z.array(z.string().max(4096)).max(64).optional(),
  environmentVariables: z.array(environmentVariable).max(100).default([]),
  resources: resourceRequirements,
  volumes: z.array(volume).max(8).default([]),
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
})
export type AutoDeployCriteria = z.infer<typeof autoDeployCriteria>
