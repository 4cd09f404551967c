/** A worker of this process that moves deployments through their saga, on the pretend fleet and a database of its own. */
import { testDatabase } from '#db/testing.ts'
import type { Base } from '#server/context.ts'
import { createListener } from '#server/observability/listen.ts'
import { startDeployments } from './index.ts'
import type { DeploymentsDeps } from './ports.ts'
import type { Step } from './saga/step.ts'
import { type TestBase, testBase } from './testing-setup.ts'
import { createWorld, newWorkerId, worldDeps } from './testing-world.ts'

export interface SagaBench extends TestBase {
  /** Ends the worker only, where something must go between it and the database; `end` does so first. */
  stop(): Promise<void>
}

export interface SagaBenchOptions {
  /** Another step list, to break one. */
  steps?: Step[]
  /** @returns what is to stand in place of parts of the pretend fleet */
  deps?: (world: DeploymentsDeps, worker: { base: Base; workerId: string }) => Partial<DeploymentsDeps>
}

export async function sagaBench({ deps, steps }: SagaBenchOptions = {}): Promise<SagaBench> {
  const database = await testDatabase()
  const made = testBase(database.url)
  const { base, sql } = made
  const workerId = newWorkerId()
  await createWorld(sql)
  const listener = createListener(database.url, base.log)
  const world = worldDeps(base, sql)
  const runtime = await startDeployments({
    ...{ base, listener, workerId, steps, internalUrl: null },
    deps: { ...world, ...deps?.(world, { base, workerId }) },
  })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= runtime.stop()
    return stopped
  }
  return {
    ...made,
    stop,
    async end() {
      await stop()
      await listener.close()
      await made.end()
      await database.end()
    },
  }
}
