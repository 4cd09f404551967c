import { expect, test } from 'vitest'
import { sized } from './sizing.ts'

const MIB = 2 ** 20
const template = { memoryBytes: 256 * MIB, cpuMillis: 250, diskBytes: 0 }
const used = (mib: number, cpu: number, samples = 30) => ({
  deployments: 2,
  samples,
  p95MemoryBytes: mib * MIB,
  p95CpuMillis: cpu,
})

test.each([
  ['nothing was measured', null, 256, 250],
  ['too little was measured', used(100, 10, 29), 256, 250],
  ['it used less: a quarter of head-room, in steps of 16 MB', used(100, 10), 128, 250],
  ['it used more', used(300, 400), 384, 500],
  ['it used next to nothing', used(1, 1), 16, 250],
  ['it leaks: at most four times what the template says', used(5000, 5000), 1024, 1000],
])('%s', (_why, seen, mib, cpu) => {
  expect(sized(template, seen)).toEqual({
    memoryBytes: mib * MIB,
    cpuMillis: cpu,
    basis: seen && seen.samples >= 30 ? seen : null,
  })
})
