import { expect, it } from 'vitest'
import { firstTab } from './first-tab.ts'

it('opens what explains a failure', () => {
  expect(firstTab(null)).toBe('tools')
  expect(firstTab({ id: 'health-check', logTail: ['boom'], error: null })).toBe('logs')
  expect(firstTab({ id: 'droplet-selection', logTail: [], error: null })).toBe('why')
  expect(firstTab({ id: 'image-pull', logTail: [], error: null })).toBe('timeline')
  const error = { code: 'CANCELLED', message: 'It was cancelled.', action: '' }
  expect(firstTab({ id: 'droplet-selection', logTail: [], error })).toBe('timeline')
})
