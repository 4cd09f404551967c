/** Turns what ssh2, node:http and docker-modem throw into BerthError, and gives every call its deadline. */
import { BerthError } from '#server/errors.ts'

/** The SSH connection or a channel of it went away under a call: the same call may be made once more. */
export class Lost extends Error {}

export function abortError(signal: AbortSignal): BerthError {
  if (signal.reason instanceof BerthError) return signal.reason
  return new BerthError('CANCELLED', 'The call was cancelled.')
}

/**
 * Runs with a signal that aborts at the deadline or with the caller's own signal, and settles then even when `run`
 * does not. Leaves no timer and no listener behind.
 * @throws BerthError ENGINE_UNAVAILABLE after `deadlineMs`, the caller's reason or CANCELLED when `signal` aborts
 */
export async function withDeadline<T>(
  o: { what: string; deadlineMs: number; signal: AbortSignal | undefined },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (o.signal?.aborted) throw abortError(o.signal)
  const controller = new AbortController()
  const late = new BerthError('ENGINE_UNAVAILABLE', `The droplet did not ${o.what} within ${o.deadlineMs / 1000} s.`)
  const timer = setTimeout(() => controller.abort(late), o.deadlineMs)
  const onAbort = () => o.signal && controller.abort(abortError(o.signal))
  o.signal?.addEventListener('abort', onAbort, { once: true })
  let onAborted = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAborted = () => reject(controller.signal.reason)
    controller.signal.addEventListener('abort', onAborted, { once: true })
  })
  try {
    return await Promise.race([run(controller.signal), aborted])
  } catch (error) {
    // docker-modem answers an abort with its own error; the reason says more.
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    clearTimeout(timer)
    o.signal?.removeEventListener('abort', onAbort)
    controller.signal.removeEventListener('abort', onAborted)
  }
}

interface ModemError extends Error {
  statusCode: number
  json?: { message?: unknown } | null
}

const isModemError = (error: unknown): error is ModemError =>
  error instanceof Error && typeof (error as { statusCode?: unknown }).statusCode === 'number'

export const statusOf = (error: unknown): number | null => (isModemError(error) ? error.statusCode : null)

/** The Docker Engine's own words, without docker-modem's prefix. Bounded: they may quote what the image printed. */
export function engineMessage(error: ModemError): string {
  const told = error.json?.message
  const text = typeof told === 'string' ? told : error.message.replace(/^\(HTTP code \d+\) [^-]* - /, '')
  return text.trim().slice(0, 1000)
}

export function engineError(error: unknown, what: string): Error {
  if (error instanceof BerthError || error instanceof Lost) return error
  if (isModemError(error)) {
    const message = `The Docker Engine could not ${what}: ${engineMessage(error)}`
    if (error.statusCode === 404) return new BerthError('NOT_FOUND', message)
    if (error.statusCode === 409) return new BerthError('CONFLICT', message)
    return new BerthError('ENGINE_REJECTED', message)
  }
  const lost = new Lost(`the connection was lost: ${error instanceof Error ? error.message : 'unknown'}`)
  lost.cause = error
  return lost
}

/** What a caller sees when the repeat was lost too. */
export const unavailable = (lost: Lost, what: string): BerthError =>
  new BerthError('ENGINE_UNAVAILABLE', `The droplet's Docker Engine could not be reached to ${what}.`, {
    cause: lost.cause ?? lost,
  })
