/**
 * The one family of errors. A `BerthError` carries a stable `code`; its row in `ERROR_CODES` says how tRPC names it,
 * whether the same call may succeed later, and what a person can do. Only `server/api` turns codes into TRPCError,
 * only the page turns them into layout; nobody matches on English.
 */
export type TrpcCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'PRECONDITION_FAILED'
  | 'TOO_MANY_REQUESTS'
  | 'INTERNAL_SERVER_ERROR'
  | 'SERVICE_UNAVAILABLE'
  | 'TIMEOUT'

interface ErrorRow {
  trpc: TrpcCode
  retryable: boolean
  /** What the person can do, one sentence. */
  action: string
}

const row = (trpc: TrpcCode, retryable: boolean, action: string): ErrorRow => ({ trpc, retryable, action })

export const ERROR_CODES = {
  // input and access
  INVALID_INPUT: row('BAD_REQUEST', false, 'Correct the named field and try again.'),
  NOT_SIGNED_IN: row('UNAUTHORIZED', false, 'Sign in again.'),
  SCOPE_MISSING: row('FORBIDDEN', false, 'Use an API token that has the named scope.'),
  NOT_ALLOWED: row('FORBIDDEN', false, 'Ask an admin of this installation.'),
  NOT_FOUND: row('NOT_FOUND', false, 'Check the id; it may have been deleted.'),
  CONFLICT: row('CONFLICT', false, 'Reload: this changed in the meantime.'),
  TOO_MANY_ATTEMPTS: row('TOO_MANY_REQUESTS', true, 'Wait for the time named, then try again.'),
  // cloud
  CLOUD_ACCOUNT_MISSING: row('PRECONDITION_FAILED', false, 'Add a DigitalOcean token under Settings, Cloud account.'),
  CLOUD_ACCOUNT_IN_USE: row('CONFLICT', false, 'Delete its droplets first, or forget the account.'),
  CLOUD_TOKEN_INVALID: row('BAD_REQUEST', false, 'Create a new token in DigitalOcean and paste it under Settings.'),
  CLOUD_SCOPE_MISSING: row('BAD_REQUEST', false, 'Give the DigitalOcean token the named scopes.'),
  CLOUD_LIMIT: row('PRECONDITION_FAILED', false, 'Delete a droplet, or ask DigitalOcean for a higher limit.'),
  CLOUD_REJECTED: row('BAD_REQUEST', false, 'Read the message of DigitalOcean and change the request.'),
  CLOUD_RATE_LIMITED: row('TOO_MANY_REQUESTS', true, 'Wait until the limit resets; Berth retries by itself.'),
  CLOUD_UNAVAILABLE: row('SERVICE_UNAVAILABLE', true, 'Try again; see status.digitalocean.com if it lasts.'),
  DROPLET_BOOT_TIMEOUT: row('TIMEOUT', true, 'Try again, or choose another region.'),
  DROPLET_IN_USE: row('CONFLICT', false, 'Delete or move its deployments first.'),
  // placement
  NO_PLACEMENT: row('PRECONDITION_FAILED', false, 'Read the reasons and relax the constraint they name.'),
  // droplet
  SSH_UNREACHABLE: row('SERVICE_UNAVAILABLE', true, 'Check that the droplet is on, then try again.'),
  SSH_HOST_KEY_MISMATCH: row(
    'SERVICE_UNAVAILABLE',
    false,
    'The droplet shows another host key: delete it and deploy anew.',
  ),
  ENGINE_UNAVAILABLE: row('SERVICE_UNAVAILABLE', true, 'Try again; if it lasts, restart Docker on the droplet.'),
  ENGINE_REJECTED: row(
    'INTERNAL_SERVER_ERROR',
    false,
    'Read the message of the Docker Engine and change the template.',
  ),
  IMAGE_NOT_FOUND: row('BAD_REQUEST', false, 'Check the image reference of the template.'),
  IMAGE_PULL_FAILED: row('SERVICE_UNAVAILABLE', true, 'Try again; the registry may be down.'),
  CONTAINER_EXITED: row('INTERNAL_SERVER_ERROR', false, 'Read the last log lines: a variable may be missing or wrong.'),
  IMAGE_PLATFORM_MISSING: row('BAD_REQUEST', false, 'Choose an image that is built for linux/amd64.'),
  REGISTRY_UNAVAILABLE: row('SERVICE_UNAVAILABLE', true, 'Try again; the registry may be down.'),
  REGISTRY_REFUSED: row(
    'BAD_REQUEST',
    false,
    'Use a public registry, or have an operator add its host to BERTH_ALLOWED_HOSTS.',
  ),
  REGISTRY_DENIED: row('BAD_REQUEST', false, 'Correct the credentials under Templates, Registries.'),
  // templates
  IMPORT_REFUSED: row('BAD_REQUEST', false, 'Change the document at the path named, or choose another package of it.'),
  TEMPLATE_NOT_PUBLISHABLE: row(
    'PRECONDITION_FAILED',
    false,
    'Fix the checks that fail, or accept them with a reason.',
  ),
  TEMPLATE_REFUSED: row('PRECONDITION_FAILED', false, 'Choose another version, or ask an admin to look at its checks.'),
  PACKAGE_NOT_INSTALLABLE: row('BAD_REQUEST', false, 'Choose another version of the package, or one with an image.'),
  // gateway
  HEALTH_CHECK_FAILED: row('INTERNAL_SERVER_ERROR', true, 'Read the log lines; correct the variables and redeploy.'),
  DEPLOYMENT_NOT_SERVING: row('SERVICE_UNAVAILABLE', true, 'Open the deployment page: it says what it waits for.'),
  // saga
  CANCELLED: row('CONFLICT', false, 'Nothing to do: it was cancelled as asked.'),
  STEP_TIMEOUT: row('TIMEOUT', true, 'Try again.'),
  DRY_RUN_ENDED: row('CONFLICT', false, 'Nothing to do: a dry run is undone when it has ended.'),
  LEASE_LOST: row('CONFLICT', true, 'Nothing to do: another worker goes on with it.'),
  // ours
  DECRYPTION_FAILED: row(
    'INTERNAL_SERVER_ERROR',
    false,
    'Restore the BERTH_MASTER_KEY that this database was written with.',
  ),
  INTERNAL: row('INTERNAL_SERVER_ERROR', true, 'Try again; if it lasts, give the operator the time of this error.'),
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERROR_CODES

export class BerthError extends Error {
  readonly code: ErrorCode
  /** The input field at fault, dotted, where there is one. */
  readonly field: string | undefined
  /** Replaces the table's action where this occurrence knows better. */
  readonly action: string
  /** How long to wait before the same call may succeed. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; field?: string; action?: string; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'BerthError'
    this.code = code
    this.field = options.field
    this.action = options.action ?? ERROR_CODES[code].action
    this.retryAfterMs = options.retryAfterMs
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable
  }
}

/** Anything thrown, as a BerthError; an unknown error becomes INTERNAL and keeps itself as `cause` for the log. */
export function toBerthError(error: unknown): BerthError {
  if (error instanceof BerthError) return error
  return new BerthError('INTERNAL', 'Something went wrong inside Berth.', { cause: error })
}
