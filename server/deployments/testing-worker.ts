/**
 * A worker process to be killed: the product's own worker on the pretend fleet. A row of `faults` names the deployment
 * (by its name) and the point at which this process ends itself as by `kill -9`; the row is gone with the first strike.
 */

import type { Engine, EnginePool } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { createListener } from '#server/observability/listen.ts'
import { startDeployments } from './runtime.ts'
import { steps } from './testing-faults.ts'
import { testBase } from './testing-setup.ts'
import { newWorkerId, worldDeps } from './testing-world.ts'

const url = process.env.DATABASE_URL ?? ''
const { base, sql } = testBase(url, process.env.TEST_LOG ?? 'silent')

async function struck(deploymentId: string, point: string): Promise<boolean> {
  const rows = await sql`delete from faults f using deployments d
    where d.id = ${deploymentId} and d.name = f.name and f.point = ${point} returning f.point`
  return rows.length > 0
}
async function dieAt(deploymentId: string, point: string): Promise<void> {
  if (!(await struck(deploymentId, point))) return
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => {})
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/

/** Dies right after the named call had its effect and before anybody heard of it. */
function mortal(engine: Engine): Engine {
  const after =
    <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const result = await call(...args)
      const id = ID.exec(JSON.stringify(args[0]))?.[0]
      if (id) await dieAt(id, name)
      return result
    }
  return {
    ...engine,
    ensureNetwork: after('ensureNetwork', engine.ensureNetwork),
    ensureVolume: after('ensureVolume', engine.ensureVolume),
    ensureContainer: after('ensureContainer', engine.ensureContainer),
    startContainer: after('startContainer', engine.startContainer),
    stopContainer: after('stopContainer', engine.stopContainer),
    removeContainer: after('removeContainer', engine.removeContainer),
    removeNetwork: after('removeNetwork', engine.removeNetwork),
  }
}

const deps = worldDeps(base, sql, {
  async handshake(deploymentId) {
    const [row] = await sql`select 1 from deployments where id = ${deploymentId} and name like 'sick%'`
    if (row) throw new BerthError('HEALTH_CHECK_FAILED', 'injected')
  },
})
const engines: EnginePool = { ...deps.engines, engine: async (id) => mortal(await deps.engines.engine(id)) }

await startDeployments({
  base,
  deps: { ...deps, engines },
  listener: createListener(url, base.log),
  workerId: newWorkerId(),
  internalUrl: null,
  steps: steps((id, point) => dieAt(id, `${point.step} ${point.when}`)),
})
