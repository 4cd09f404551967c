import { expect, it } from 'vitest'
import { isLeaving } from './unsaved.ts'

const here = 'https://berth.test/settings?tab=placement'
const link = (href: string, o: { target?: string; isElsewhere?: boolean } = {}) => ({
  href,
  target: '',
  isElsewhere: false,
  ...o,
})

it.each([
  ['another page', link('https://berth.test/droplets'), true],
  ['another tab of the page', link('https://berth.test/settings?tab=tokens'), true],
  ['another site', link('https://elsewhere.test/settings?tab=placement'), true],
  ['a place of the same page', link(`${here}#place`), false],
  ['a link that opens beside it', link('https://berth.test/droplets', { target: '_blank' }), false],
  ['a click with Ctrl', link('https://berth.test/droplets', { isElsewhere: true }), false],
])('unsaved changes: %s', (_, followed, asks) => {
  expect(isLeaving(followed, here)).toBe(asks)
})
