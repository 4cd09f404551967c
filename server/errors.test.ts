import { readFileSync } from 'node:fs'
import path from 'node:path'
import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { describe, expect, test } from 'vitest'
import { BerthError, ERROR_CODES, type ErrorCode, toBerthError } from './errors.ts'

const page = readFileSync(path.join(import.meta.dirname, '../docs/developer/errors.md'), 'utf8')
const documented = new Map(
  [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (yes|no) \| .+ \|$/gm)].map(([, code, status, again]) => [
    code,
    { status: Number(status), retryable: again === 'yes' },
  ]),
)
const codes = Object.keys(ERROR_CODES) as ErrorCode[]

describe('the table of errors', () => {
  test('the page documents every code, and no other', () => {
    expect([...documented.keys()].sort()).toEqual([...codes].sort())
  })

  test.each(codes)('%s: the page names its status and whether to try again; its action is a sentence', (code) => {
    const { trpc, retryable, action } = ERROR_CODES[code]
    const status = getHTTPStatusCodeFromError(new TRPCError({ code: trpc }))
    expect(documented.get(code)).toEqual({ status, retryable })
    expect(action).toMatch(/^[A-Z].+\.$/)
  })
})

test('an error keeps its own action, field and wait; an unknown one becomes INTERNAL with itself as cause', () => {
  const known = new BerthError('CONFLICT', 'No.', { action: 'Wait.', field: 'name', retryAfterMs: 5 })
  expect(toBerthError(known)).toBe(known)
  expect(known).toMatchObject({ action: 'Wait.', field: 'name', retryAfterMs: 5, retryable: false })
  const thrown = new Error('secret text')
  expect(toBerthError(thrown)).toMatchObject({ code: 'INTERNAL', cause: thrown })
  expect(toBerthError(thrown).message).not.toContain('secret')
})
