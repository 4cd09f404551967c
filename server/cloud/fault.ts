/**
 * What went wrong with one call, without anything that was sent: no header, no URL with a query, no token (I6).
 * A BerthError carries it as `cause`.
 */
import { BerthError, type ErrorCode } from '#server/errors.ts'

/**
 * `unsent`: the request surely never left, so repeating it is safe. `lost`: it may have been carried out.
 * `answered`: DigitalOcean said no. `malformed`: it said yes in a shape that we do not know.
 */
export type FaultKind = 'unsent' | 'lost' | 'answered' | 'malformed'

export interface RateLimit {
  limit: number
  remaining: number
  /** Unix time in ms when the oldest request of the hour no longer counts. */
  resetAtMs: number
}

export class CloudFault extends Error {
  readonly kind: FaultKind
  readonly status: number | null
  /** DigitalOcean's short name of the error, e.g. `unprocessable_entity`. */
  readonly id: string | null
  readonly requestId: string | null
  readonly rateLimit: RateLimit | null

  constructor(
    kind: FaultKind,
    message: string,
    detail: {
      status?: number
      id?: string | null
      requestId?: string | null
      rateLimit?: RateLimit | null
    } = {},
  ) {
    super(message)
    this.name = 'CloudFault'
    this.kind = kind
    this.status = detail.status ?? null
    this.id = detail.id ?? null
    this.requestId = detail.requestId ?? null
    this.rateLimit = detail.rateLimit ?? null
  }
}

export const faultOf = (error: unknown): CloudFault | null =>
  error instanceof BerthError && error.cause instanceof CloudFault ? error.cause : null

/** True where the request may have taken effect although we hold no answer that says so. */
export function isAmbiguous(error: unknown): boolean {
  const fault = faultOf(error)
  if (fault === null) return false
  if (fault.kind === 'answered') return (fault.status ?? 0) >= 500 || fault.status === 408
  return fault.kind !== 'unsent'
}

/** 404, which several calls take for success. */
export const isGone = (error: unknown): boolean => faultOf(error)?.status === 404

export function unreachable(kind: 'unsent' | 'lost', reason: string): BerthError {
  return new BerthError('CLOUD_UNAVAILABLE', `DigitalOcean's API could not be reached: ${reason}.`, {
    cause: new CloudFault(kind, reason),
  })
}

export function malformed(what: string, issues: string): BerthError {
  return new BerthError('CLOUD_UNAVAILABLE', `DigitalOcean answered ${what} in a form that Berth does not know.`, {
    cause: new CloudFault('malformed', issues),
  })
}

export function refused(fault: CloudFault, retryAfterMs?: number): BerthError {
  const code = codeOf(fault.status ?? 0)
  return new BerthError(code, sentence(code, fault), { cause: fault, retryAfterMs })
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return 'CLOUD_TOKEN_INVALID'
  if (status === 403) return 'CLOUD_SCOPE_MISSING'
  if (status === 404) return 'NOT_FOUND'
  if (status === 429) return 'CLOUD_RATE_LIMITED'
  if (status === 408 || status >= 500) return 'CLOUD_UNAVAILABLE'
  return 'CLOUD_REJECTED'
}

function sentence(code: ErrorCode, fault: CloudFault): string {
  switch (code) {
    case 'CLOUD_TOKEN_INVALID':
      return 'DigitalOcean does not accept the token.'
    case 'CLOUD_SCOPE_MISSING':
      return 'The DigitalOcean token lacks a scope for this call.'
    case 'CLOUD_RATE_LIMITED':
      return 'The request limit of this DigitalOcean account is used up for now.'
    case 'CLOUD_UNAVAILABLE':
      return `DigitalOcean's API failed with ${fault.status}.`
    case 'NOT_FOUND':
      return 'DigitalOcean knows no such thing.'
    default:
      return `DigitalOcean refused: ${fault.message}`
  }
}

/** The error of an aborted call: the reason itself where whoever aborted gave one of ours. */
export function abortError(signal: AbortSignal): BerthError {
  if (signal.reason instanceof BerthError) return signal.reason
  return new BerthError('CANCELLED', 'The call was cancelled.')
}
