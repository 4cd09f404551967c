import { expect, test } from 'vitest'
import { loadMeter } from './load.ts'

test('load climbs to the cores in use and falls when work ends, the short mean first', () => {
  let nowMs = 0
  let cpuSeconds = 0
  const meter = loadMeter(() => nowMs)
  const minute = (busyCores: number) => {
    nowMs += 60_000
    cpuSeconds += busyCores * 60
    return meter.read(cpuSeconds)
  }
  expect(minute(2)).toEqual({ load1: 1.26, load5: 0.36, load15: 0.13 })
  for (let at = 0; at < 10; at += 1) minute(2)
  expect(minute(2).load1).toBe(2)
  expect(minute(0)).toMatchObject({ load1: 0.74 })
})

test('a container that went away is no negative load', () => {
  let nowMs = 0
  const meter = loadMeter(() => nowMs)
  nowMs = 1000
  meter.read(100)
  nowMs = 2000
  expect(meter.read(0).load1).toBeGreaterThanOrEqual(0)
})
