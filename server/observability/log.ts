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

export const createLog = (level: string): Log =>
  pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_PATHS.flatMap((p) => [p, `*.${p}`, `*.*.${p}`]), censor: '[redacted]' },
    },
    pino.destination(STDERR),
  )
