/**
 * The cost of Berth itself around a deployment: how long the click takes to answer, how much the saga adds to what the
 * engine needs anyway, how soon events arrive, what an idle installation uses.
 *
 *   npm run bench -- deploy [--only create,overhead,events,pages,idle] [--seconds 60] [--driver process|host]
 */
import { parseArgs } from 'node:util'
import type { Metric } from '../measure.ts'
import { benchCreate } from './create.ts'
import { benchEvents } from './events.ts'
import { benchIdle } from './idle.ts'
import { benchOverhead } from './overhead.ts'
import { benchPages } from './pages.ts'

export async function deploy(args: string[]): Promise<Record<string, Metric>> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      driver: { type: 'string', default: 'process' },
    },
  })
  const wanted = (name: string) => !values.only || values.only.split(',').includes(name)
  const driver = values.driver === 'host' ? 'host' : 'process'
  return {
    ...(wanted('create') ? await benchCreate({ seconds: Number(values.seconds) }) : {}),
    ...(wanted('overhead') ? await benchOverhead({ driver }) : {}),
    ...(wanted('events') ? await benchEvents({ subscribers: 1000 }) : {}),
    ...(wanted('pages') ? await benchPages() : {}),
    ...(wanted('idle') ? await benchIdle() : {}),
  }
}
