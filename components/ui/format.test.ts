import { describe, expect, it } from 'vitest'
import { formatBytes, formatCpu, formatDuration, formatMonthly, formatRelative, plural } from './format.ts'

describe('numbers read the way people say them', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KB'],
    [512 * 2 ** 20, '512 MB'],
    [1.5 * 2 ** 30, '1.5 GB'],
  ])('%d bytes read as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it.each([
    [12, '0.01 s'],
    [240, '0.2 s'],
    [12_340, '12.3 s'],
    [125_000, '2 min 5 s'],
    [3_720_000, '1 h 2 min'],
    [-5, '0.00 s'],
  ])('a duration of %d ms reads as %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

  const now = Date.UTC(2026, 0, 2)
  it.each([
    [2_000, 'just now'],
    [30_000, '30 s ago'],
    [150_000, '2 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [4 * 86_400_000, '4 d ago'],
    [-14_000, 'just now'],
    [-120_000, 'in 2 min'],
  ])('a moment %d ms before now reads as %s', (ago, text) =>
    expect(formatRelative(new Date(now - ago), now)).toBe(text),
  )

  it('money is dollars a month with cents', () => expect(formatMonthly(6_000_000)).toBe('$6.00/mo'))
  it('vCPU are whole or short', () => expect([1000, 250, 1500].map(formatCpu)).toEqual(['1 vCPU', '0.25 vCPU', '1.5 vCPU']))
  it('one is singular, anything else plural', () =>
    expect([plural(1, 'tool'), plural(0, 'tool'), plural(2, 'entry', 'entries')]).toEqual(['1 tool', '0 tools', '2 entries']))
})
