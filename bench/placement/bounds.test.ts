import { describe, expect, test } from 'vitest'
import { compile, proven } from '#server/placement/plan/index.ts'
import { CHECK_NODES_MAX, keptBounds, PRICE_UNIT } from './bounds.ts'
import { mixInstances } from './instances.ts'
import { COUNTS, MIXES, REPORTED_SEEDS } from './mixes.ts'

const bounds = keptBounds()

describe('the kept lower bounds', () => {
  test.each(MIXES.flatMap((mix) => COUNTS.map((count) => [mix, count] as const)))(
    '%s, %i containers: one round of pricing proves each again',
    (mix, count) => {
      const instances = mixInstances(REPORTED_SEEDS, [count]).filter((one) => one.mix === mix)
      for (const { name, problem } of instances) {
        const kept = bounds.get(name)
        if (!kept) throw new Error(`no bound is kept for ${name}`)
        const prices = Float64Array.from(kept.prices, (price) => price * PRICE_UNIT)
        expect(proven(compile(problem), prices, CHECK_NODES_MAX) / 1e6, name).toBeGreaterThanOrEqual(kept.bound - 1e-6)
      }
    },
    60_000,
  )
})
