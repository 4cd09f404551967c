/**
 * How good and how quick placement is. `npm run bench -- placement [--instances FILE] [--only PART]`
 *
 * With `--instances`, published packing instances alone (`published.ts`). Without, on containers drawn for
 * DigitalOcean's real price list (`mixes.ts`), in dollars over the proven lower bound: `static` plans all at once,
 * `online` one by one, `dynamic` over two weeks of coming and going; `speed` is how long one decision takes.
 * `--bounds SECONDS` proves the bounds anew.
 */
import { parseArgs } from 'node:util'
import type { Metric } from '../measure.ts'
import { dynamic, proveInstants } from './dynamic.ts'
import { loopWhilePlanning } from './loop.ts'
import { REPORTED_SEEDS, TUNING_SEEDS } from './mixes.ts'
import { online } from './online.ts'
import { published } from './published.ts'
import { speed } from './speed.ts'
import { proveBounds, staticPlans } from './static.ts'

type Part = (seconds: number) => Record<string, Metric> | Promise<Record<string, Metric>>
const PARTS: Record<string, Part> = {
  static: async (seconds) => ({ ...(await staticPlans(seconds)), ...(await loopWhilePlanning()) }),
  online: () => online(),
  dynamic: () => dynamic(),
  speed: () => speed(),
}

export async function placement(args: string[]): Promise<Record<string, Metric>> {
  const { values } = parseArgs({
    args,
    options: {
      instances: { type: 'string' },
      only: { type: 'string' },
      bounds: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      every: { type: 'string', default: '1' },
    },
  })
  if (values.instances)
    return published(values.instances, {
      seconds: Number(values.seconds ?? 1),
      seed: Number(values.seed),
      every: Number(values.every),
    })
  if (values.bounds) {
    for (const seeds of [REPORTED_SEEDS, TUNING_SEEDS]) await proveBounds(Number(values.bounds), seeds)
    await proveInstants(Number(values.bounds))
    return {}
  }
  const metrics: Record<string, Metric> = {}
  for (const [name, part] of Object.entries(PARTS))
    if (!values.only || values.only === name) Object.assign(metrics, await part(Number(values.seconds ?? 5)))
  return metrics
}
