/** An error as it came over the wire: the page switches on its code and shows its own words. */
import type { ErrorCode } from '#server/errors.ts'

export interface PageError {
  code: ErrorCode
  message: string
  /** What the person can do. */
  action: string
  field: string | null
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

export function pageError(error: unknown): PageError {
  const berth = record(record(record(error).data).berth)
  const code = text(berth.code) as ErrorCode | null
  if (code !== null)
    return {
      code,
      message: text(record(error).message) ?? 'That did not work.',
      action: text(berth.action) ?? '',
      field: text(berth.field),
    }
  return {
    code: 'INTERNAL',
    message: 'Berth did not answer.',
    action: 'Check the connection and that Berth is running, then try again.',
    field: null,
  }
}

export const isSignedOut = (error: unknown): boolean => pageError(error).code === 'NOT_SIGNED_IN'

/** Statuses after which the same call may succeed. */
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504])

/** Also a lost connection, which has no status at all. */
export function isRetryable(error: unknown): boolean {
  const status = record(record(error).data).httpStatus
  return typeof status !== 'number' || RETRYABLE.has(status)
}

/** Rethrows as an Error whose message a person can act on. */
export function withWords(error: unknown): never {
  const { message, action } = pageError(error)
  throw new Error(action && action !== message ? `${message} ${action}` : message)
}
