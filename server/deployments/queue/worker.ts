/**
 * A process that moves deployments on. Woken by NOTIFY and by a sweep, it claims what waits, takes over what a dead
 * process left, and starts each as a durable workflow. Claiming and taking over take turns, so that a lease of this
 * worker always belongs to a workflow that it has begun or is about to.
 */
import type { Ctx } from '#server/context.ts'
import type { Listener } from '#server/observability/listen.ts'
import { deadWorkers, type Workflows } from '#server/workflows/index.ts'
import type { DeploymentsDeps } from '../ports.ts'
import { createSignals, type SagaEnvironment } from '../saga/environment.ts'
import type { Step } from '../saga/step.ts'
import { claim, type Work } from './claim.ts'
import { CANCEL_CHANNEL, SWEEP_MS, WORK_CHANNEL } from './limits.ts'
import { takeOver } from './takeover.ts'
import { type Running, runWorkflow } from './workflow.ts'

export interface Worker {
  /** Looks for work now: at start, and whenever something may have been missed. */
  wake(): void
  /** Settles when nothing runs here any more; for tests and for a patient stop. */
  idle(): Promise<void>
  stop(): Promise<void>
}

/** A freed advisory lock is seen this soon. One cheap query while anything is leased, none that scans. */
const TAKEOVER_MS = 1_000
/** A workflow that was resumed but did not begin by then is resumed again. */
const BEGIN_MS = 30_000
/** Pauses before a workflow that broke off is taken up again: 1 s, doubling. */
const BROKEN_PAUSE_MS = 1_000
const BROKEN_PAUSE_MAX_MS = 60_000
/** Rows of workflows that ended are deleted this often. */
const FORGET_MS = 3_600_000
/** How long a stop waits for the step under way to notice its abort. */
const STOP_MS = 5_000

export interface WorkerParts {
  ctx: Ctx
  deps: DeploymentsDeps
  listener: Listener
  workerId: string
  steps: readonly Step[]
  /** Launches the durable engine with the given body. */
  workflows: (run: (id: string, work: Work) => Promise<void>) => Promise<Workflows<Work>>
}

export async function startWorker(parts: WorkerParts): Promise<Worker> {
  const { ctx, deps, listener, workerId, steps } = parts
  const signals = createSignals((err) => ctx.log.warn({ err }, 'a running step could not look at its row'))
  const env: SagaEnvironment = { ctx, deps, workerId, signals, steps }
  const registry = createRegistry(() => wake())
  const workflows = await parts.workflows((id, work) => runWorkflow(env, registry.running, id, work))

  let stopped = false
  let turn: Promise<void> = Promise.resolve()
  let claimAsked = false

  const inTurn = (what: string, work: () => Promise<void>): Promise<void> => {
    turn = turn.then(async () => {
      if (stopped) return
      await work().catch((err: unknown) => ctx.log.warn({ err }, `${what} did not work; the next sweep repeats it`))
    })
    return turn
  }

  function wake(): void {
    // A burst of notifications is one claim: it takes all that it may.
    if (claimAsked || stopped) return
    claimAsked = true
    void inTurn('claiming', async () => {
      claimAsked = false
      const claimed = await claim(ctx, workerId)
      for (const { workflowId } of claimed) registry.expect(workflowId)
      const starts = claimed.map(async ({ workflowId, work }) => {
        await workflows.start(workflowId, work).catch((err: unknown) => {
          ctx.log.warn({ err, deployment: work.deploymentId }, 'a workflow did not start; it will be taken up again')
          registry.running.broken(workflowId)
        })
      })
      await Promise.all(starts)
    })
  }

  const lookForDead = () =>
    inTurn('taking over', async () => {
      const taken = await takeOver(ctx, workerId, workflows, registry.knows, registry.expect)
      if (taken.length > 0) wake()
    })

  const unlisten = await Promise.all([
    listener.on(WORK_CHANNEL, wake, wake),
    listener.on(CANCEL_CHANNEL, signals.look, signals.lookAll),
  ])
  const sweep = setInterval(wake, SWEEP_MS).unref()
  const takeovers = setInterval(lookForDead, TAKEOVER_MS).unref()
  await lookForDead()
  wake()
  // After the take-over above, so that nothing waits in those queues any more.
  void inTurn('forgetting earlier boots', () => workflows.forgetBoots((ids) => deadWorkers(ctx.db, ids)))

  const forgetFinished = () =>
    workflows.forgetFinished().catch((err: unknown) => ctx.log.warn({ err }, 'old workflows could not be deleted'))
  const forgetting = setInterval(forgetFinished, FORGET_MS).unref()
  void forgetFinished()

  return {
    wake,
    idle: () => registry.empty(),
    async stop() {
      stopped = true
      clearInterval(sweep)
      clearInterval(takeovers)
      clearInterval(forgetting)
      for (const end of unlisten) end()
      await turn
      signals.haltAll('shutdown')
      await Promise.race([registry.empty(), new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())])
      await workflows.stop()
    },
  }
}

/** What this process runs or has just started, by workflow. */
function createRegistry(onEnd: () => void) {
  const known = new Map<string, { begun: boolean; until: number }>()
  const breaks = new Map<string, number>()
  let waiting: (() => void)[] = []
  const left = (id: string) => {
    known.delete(id)
    if (known.size > 0) return
    for (const resolve of waiting) resolve()
    waiting = []
  }
  const running: Running = {
    begin: (id) => void known.set(id, { begun: true, until: Number.POSITIVE_INFINITY }),
    end(id) {
      breaks.delete(id)
      left(id)
      onEnd()
    },
    broken(id) {
      const nth = breaks.get(id) ?? 0
      breaks.set(id, nth + 1)
      // Known until the pause is over, so that the take-over leaves it alone so long.
      known.set(id, { begun: false, until: Date.now() + Math.min(BROKEN_PAUSE_MAX_MS, BROKEN_PAUSE_MS * 2 ** nth) })
    },
  }
  return {
    running,
    expect: (id: string) => void known.set(id, { begun: false, until: Date.now() + BEGIN_MS }),
    knows(id: string): boolean {
      const one = known.get(id)
      if (!one) return false
      if (one.until > Date.now()) return true
      left(id)
      return false
    },
    empty: () => (known.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => void waiting.push(resolve))),
  }
}
