/** Starts what moves deployments on in this process; called once by the runtime. */
import type { Base, Ctx } from '#server/context.ts'
import type { Listener } from '#server/observability/listen.ts'
import { startLiveness, startWorkflows } from '#server/workflows/index.ts'
import { startHealthMonitor } from './health/monitor.ts'
import { startUsageSampler } from './health/usage.ts'
import { startHousekeeping } from './housekeeping.ts'
import type { DeploymentsDeps } from './ports.ts'
import { startWorker } from './queue/worker.ts'
import type { Step } from './saga/step.ts'
import { SAGA_STEPS } from './saga/steps.ts'

export interface DeploymentsRuntime {
  /** Settles when nothing is under way in this process. */
  idle(): Promise<void>
  /** Is this the one process that has this duty? */
  elected(duty: string): Promise<boolean>
  stop(): Promise<void>
}

export interface DeploymentsRuntimeParts {
  base: Base
  deps: DeploymentsDeps
  listener: Listener
  /** Unique to this boot; also what the gateway leases sessions under. */
  workerId: string
  /** Where other Berth processes reach this one; null when it listens on nothing. */
  internalUrl: string | null
  /** Another step list: for tests that break one. */
  steps?: readonly Step[]
}

export async function startDeployments(parts: DeploymentsRuntimeParts): Promise<DeploymentsRuntime> {
  const { base, deps, listener, workerId } = parts
  const { databaseUrl, role } = base.config
  const ctx: Ctx = { ...base, actor: { kind: 'system', part: 'saga' } }
  const liveness = await startLiveness({
    db: base.db,
    databaseUrl,
    workerId,
    role,
    internalUrl: parts.internalUrl,
    log: base.log,
  })
  const worker = await startWorker({
    ctx,
    deps,
    listener,
    workerId,
    steps: parts.steps ?? SAGA_STEPS,
    workflows: (run) => startWorkflows({ databaseUrl, executorId: workerId, log: base.log, run }),
  })
  const monitor = startHealthMonitor({
    ctx: { ...base, actor: { kind: 'system', part: 'health' } },
    deps,
    elected: () => liveness.elected('health'),
  })
  const sampler = startUsageSampler({ ctx, deps, elected: () => liveness.elected('usage') })
  const housekeeping = startHousekeeping({ ctx, elected: () => liveness.elected('housekeeping') })
  return {
    idle: () => worker.idle(),
    elected: (duty) => liveness.elected(duty),
    async stop() {
      await housekeeping.stop()
      await sampler.stop()
      await monitor.stop()
      await worker.stop()
      await liveness.stop()
    },
  }
}
