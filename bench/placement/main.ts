/**
 * How good and how quick placement is. `npm run bench -- placement [--instances FILE] [--only PART]`
 *
 * With `--instances`, published packing instances alone (`published.ts`). Without, on containers drawn for
 * DigitalOcean's real price list (`mixes.ts`), in dollars over the proven lower bound: `static` plans all at once.
 */
import { parseArgs } from 'node:util'
import type { Metric } from '../measure.ts'
import { published } from './published.ts'

export async function placement(args: string[]): Promise<Record<string, Metric>> {
  const { values } = parseArgs({
    args,
    options: {
      instances: { type: 'string' },
      seconds: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      every: { type: 'string', default: '1' },
    },
  })
  if (values.instances)
    return published(values.instances, {
      seconds: Number(values.seconds),
      seed: Number(values.seed),
      every: Number(values.every),
    })
  return {}
}
