/** Input shapes that several routers share. */
import { z } from 'zod'
import { ENV_KEY } from '#db/template-config.ts'

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
/** R5; values are opaque but for NUL, which no environment can hold. */
export const variables = z
  .record(
    z.string().max(128).regex(ENV_KEY, 'Use letters, digits and _, not starting with a digit'),
    z.string().max(10_000).refine(storable, 'NUL is not allowed in a value'),
  )
  .refine((map) => Object.keys(map).length <= 100, 'At most 100 variables')
export const email = z.email().max(254)
/** NIST SP 800-63B-4 §3.1.1.2: at least 15 characters where a password is the only factor; a limit above 64. */
export const newPassword = z.string().min(15, 'Use at least 15 characters').max(256)
export const region = z
  .string()
  .max(20)
  .regex(/^[a-z0-9]+$/, 'Use a region slug such as nyc3')
