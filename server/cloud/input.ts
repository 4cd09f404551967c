/**
 * What may be sent (R3). Everything goes as JSON or as an encoded query, so these rules are DigitalOcean's own, told
 * before a request instead of after; ids that become part of a path are numbers and UUIDs only.
 */
import { z } from 'zod'
import { BerthError } from '#server/errors.ts'

const slug = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be a slug of DigitalOcean')
/** @see https://docs.digitalocean.com/reference/api/digitalocean/#tag/Tags */
export const tag = z.string().regex(/^[A-Za-z0-9:_-]{1,255}$/, 'may hold letters, digits, colons, dashes, underscores')
export const resourceId = z.int().positive()
export const firewallId = z.uuid()

/** user_data's limit. */
const USER_DATA_BYTES_MAX = 64 * 1024

export const createDropletInput = z
  .object({
    name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a host name'),
    region: slug,
    size: slug,
    image: slug,
    sshKeyIds: z.array(resourceId),
    tags: z.array(tag).max(100),
    attemptTag: tag,
    userData: z
      .string()
      .refine((data) => Buffer.byteLength(data) <= USER_DATA_BYTES_MAX, 'may have 64 KiB')
      .refine((data) => !data.includes('\0'), 'may not hold NUL'),
    firstTriedAt: z.date().optional(),
  })
  .refine((input) => input.tags.includes(input.attemptTag), { path: ['tags'], message: 'must include attemptTag' })

export const sshKeyInput = z.object({
  name: z.string().regex(/^[\w.:-]{1,255}$/),
  publicKey: z.string().regex(/^ssh-ed25519 [A-Za-z0-9+/]+={0,2}( [\w@.:-]*)?$/, 'must be an ed25519 public key line'),
})

export const firewallInput = z.object({ name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,254}$/), tag })

/** @throws BerthError INVALID_INPUT that names the field */
export function check<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.') || undefined
  throw new BerthError('INVALID_INPUT', `${field ?? 'The value'} ${issue?.message ?? 'is not valid'}.`, { field })
}
