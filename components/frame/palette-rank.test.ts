import { expect, it } from 'vitest'
import { paletteRank } from './palette-rank.ts'

it('finds whole pieces only, and puts a name that begins with them first', () => {
  expect(paletteRank('Memory Knowledge memory', 'mem')).toBe(1)
  expect(paletteRank('Show keyboard keys  keys', 'key')).toBe(0.7)
  expect(paletteRank('Filesystem Files filesystem', 'system')).toBe(0.4)
  expect(paletteRank('Filesystem Files filesystem', 'mem')).toBe(0)
  expect(paletteRank('Everything (stdio) Developer tools', 'every stdio')).toBe(1)
})

it('trusts the server with a slip of the finger, behind everything else', () => {
  expect(paletteRank('GitHub Developer tools github', 'githib', ['githib'])).toBe(0.2)
  expect(paletteRank('GitHub Developer tools github', 'githi', ['githib'])).toBe(0)
})
