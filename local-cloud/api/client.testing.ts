/** A client for tests that checks every answer against DigitalOcean's OpenAPI document. */

import { expect, vi } from 'vitest'
import { createValidator, type Operation } from '#local-cloud/openapi/validator.ts'

export interface Answered {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the OpenAPI document has just checked its shape
  body: any
}

export type Ask = (method: string, path: string, body?: unknown) => Promise<Answered>

const validator = createValidator()
const seen = new Set<string>()

export function asker(url: string, token: string): Ask {
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        // A connection kept alive would break in the middle of a test that restarts the server.
        connection: 'close',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer = { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined }
    const operation = validator.operationOf(method, path.split('?')[0] ?? '')
    if (operation) {
      seen.add(keyOf(operation))
      expect(validator.problems(operation, answer.status, answer.headers, answer.body), `${method} ${path}`).toEqual([])
    }
    return answer
  }
}

/** Operations of the document that no test of this file has called. */
export function unseen(): string[] {
  return validator.operations.map(keyOf).filter((key) => !seen.has(key))
}

function keyOf({ method, path }: Operation): string {
  return `${method} ${path}`
}

/** Asks until the answer is the wanted one. */
export function until(ask: () => Promise<Answered>, done: (answer: Answered) => boolean): Promise<Answered> {
  return vi.waitFor(
    async () => {
      const answer = await ask()
      expect(done(answer), JSON.stringify(answer.body)).toBe(true)
      return answer
    },
    { timeout: 10_000, interval: 20 },
  )
}
