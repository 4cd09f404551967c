import { describe, expect, it } from 'vitest'
import { isRetryable, isSignedOut, pageError } from './errors.ts'

const wire = (code: string, extra: Record<string, unknown> = {}) => ({
  message: 'The droplet is in use.',
  data: { code: 'CONFLICT', httpStatus: 409, berth: { code, action: 'Delete its deployments first.', ...extra } },
})

describe('an error on the page', () => {
  it('keeps the words and the action of the server', () => {
    expect(pageError(wire('DROPLET_IN_USE', { field: 'dropletId' }))).toEqual({
      code: 'DROPLET_IN_USE',
      message: 'The droplet is in use.',
      action: 'Delete its deployments first.',
      field: 'dropletId',
    })
  })

  it('reads a lost connection, or anything unknown, as no answer that may be retried', () => {
    for (const odd of [new TypeError('Failed to fetch'), null, 'text', { data: {} }]) {
      expect(pageError(odd).message).toBe('Berth did not answer.')
      expect(isRetryable(odd)).toBe(true)
    }
  })

  it('knows a lost session by its code', () => {
    expect(isSignedOut(wire('NOT_SIGNED_IN'))).toBe(true)
    expect(isSignedOut(wire('DROPLET_IN_USE'))).toBe(false)
  })
})
