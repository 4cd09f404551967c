import { expect, it } from 'vitest'
import { firstTab } from './first-tab.ts'

it('opens what explains a failure', () => {
  expect(firstTab(null)).toBe('tools')
  expect(firstTab({ id: 'health-check', logTail: ['boom'] })).toBe('logs')
  expect(firstTab({ id: 'droplet-selection', logTail: [] })).toBe('why')
  expect(firstTab({ id: 'image-pull', logTail: [] })).toBe('timeline')
})
