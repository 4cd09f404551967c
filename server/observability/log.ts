/** Structured logs with secrets cut out by path, as a second line behind never passing them in. */
import pino from 'pino'

export type Log = pino.Logger

const SECRET_PATHS = [
  'token',
  'password',
  'authorization',
  'cookie',
  'secret',
  'privateKey',
  'variables',
  'masterKey',
  'apiToken',
]

/** stdout belongs to the one line that says the process is ready. */
const STDERR = 2
/** An error's causes: more than this is a loop. */
const CAUSES_MAX = 5

interface LoggedError {
  name: string
  message: string
  code?: unknown
  stack?: string
  cause?: LoggedError
}

/**
 * The database layer puts a query's parameters (hashes, sealed secrets, addresses) into its errors' message and stack:
 * of such an error only the statement and the cause are kept (I6).
 */
export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { name: typeof error, message: 'something that is no error was thrown' }
  const { name, code, cause } = error as Error & { code?: unknown }
  const query = 'query' in error && 'params' in error ? String(error.query) : null
  return {
    name,
    message: query === null ? error.message : `failed query: ${query}`,
    ...(code !== undefined && { code }),
    ...(query === null && { stack: error.stack }),
    ...(cause !== undefined && depth < CAUSES_MAX && { cause: loggedError(cause, depth + 1) }),
  }
}

export const createLog = (level: string, destination: pino.DestinationStream = pino.destination(STDERR)): Log =>
  pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => loggedError(error) },
      redact: { paths: SECRET_PATHS.flatMap((p) => [p, `*.${p}`, `*.*.${p}`]), censor: '[redacted]' },
    },
    destination,
  )
