/** cloud-init user data, as far as the local cloud honours it. */
import { parse } from 'yaml'
import { z } from 'zod'

const writeFile = z.object({
  path: z.string(),
  content: z.string().default(''),
  /** Octal text, e.g. `0644`; YAML may have read it as a number. */
  permissions: z.union([z.string(), z.number()]).default('0644').transform(String),
  encoding: z.string().optional(),
})

const cloudConfig = z.object({
  ssh_keys: z
    .object({ ed25519_private: z.string().optional(), ed25519_public: z.string().optional() })
    .partial()
    .default({}),
  ssh_authorized_keys: z.array(z.string()).default([]),
  write_files: z.array(writeFile).default([]),
  packages: z.array(z.union([z.string(), z.array(z.string())])).default([]),
  runcmd: z.array(z.union([z.string(), z.array(z.union([z.string(), z.number()]))])).default([]),
})

export type CloudConfig = z.infer<typeof cloudConfig>

/**
 * Reads a `#cloud-config` document. Other user data (a shell script, nothing) is legal for DigitalOcean and has no
 * meaning here, so it gives the empty configuration.
 * @throws Error when a `#cloud-config` is no YAML or has fields of a wrong type
 */
export function parseUserData(userData: string): CloudConfig {
  if (!/^#cloud-config\s/.test(userData)) return cloudConfig.parse({})
  const document: unknown = parse(userData) ?? {}
  return cloudConfig.parse(document)
}

/** The content of a `write_files` entry, decoded. Gzip encodings are not used by anyone here. */
export function fileContent(file: CloudConfig['write_files'][number]): Buffer {
  const base64 = file.encoding === 'b64' || file.encoding === 'base64'
  return Buffer.from(file.content, base64 ? 'base64' : 'utf8')
}
