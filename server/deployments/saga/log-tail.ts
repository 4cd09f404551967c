import type { Engine } from '#server/engine/port.ts'
import { redactor } from '../variables.ts'
import type { StepContext } from './step.ts'

const LINES = 30
const LINE_LENGTH_MAX = 500
/** The tail explains a failure; it must not become one of its own. */
const READ_MS = 5_000

/** A container's last lines, secrets blanked; none when they can't be read. */
export async function logTail(c: StepContext, engine: Engine, container: string): Promise<string[]> {
  const redact = redactor(c.config.environmentVariables, c.variables())
  const lines: string[] = []
  try {
    const signal = AbortSignal.timeout(READ_MS)
    for await (const line of engine.logs(container, { tail: LINES, follow: false, signal }))
      lines.push(redact(line.text).slice(0, LINE_LENGTH_MAX))
  } catch (err) {
    c.ctx.log.debug({ err, deployment: c.row.id }, 'no log lines to explain a failure')
  }
  return lines.slice(-LINES)
}

/** Lines that a step attached to its error. */
export const logTailOf = (error: unknown): string[] =>
  typeof error === 'object' && error !== null && 'logTail' in error && Array.isArray(error.logTail)
    ? error.logTail.filter((line): line is string => typeof line === 'string')
    : []
