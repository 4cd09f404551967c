import { AsyncLocalStorage } from 'node:async_hooks'
import { DBOS } from '@dbos-inc/dbos-sdk'
import type { Log } from '#server/observability/log.ts'

/** What a workflow is started with: stored as JSON and read again on resume, so it holds ids, never secrets. */
export type DurableInput = Record<string, string | number | string[]>

export interface Workflows<Input extends DurableInput> {
  /** Starts it here, at once and outside any queue; an id that exists already is left as it is. */
  start(id: string, input: Input): Promise<void>
  /** Runs an unfinished one again, in this process; within about a second. */
  resume(id: string): Promise<void>
  /** @returns null when there is none of this id */
  find(id: string): Promise<WorkflowFacts | null>
  /** Drops what earlier boots registered and can no longer use. @param dead which of these executors are gone */
  forgetBoots(dead: (executorIds: string[]) => Promise<string[]>): Promise<void>
  /** Deletes what ended a while ago: the database would otherwise keep every workflow there ever was. */
  forgetFinished(): Promise<void>
  /** Stops dispatching and disconnects; unfinished workflows stay unfinished, for another process to resume. */
  stop(): Promise<void>
}

export interface WorkflowFacts {
  finished: boolean
  /** Made by the step order that this code replays; another one can't be resumed, only compensated. */
  replayable: boolean
}

/**
 * Bump only when the runner's order of durable calls changes. The default would be a hash of the sources: then no
 * workflow of an earlier build would ever run again.
 */
const APPLICATION_VERSION = 'berth-1'
const SCHEMA = 'dbos'
const QUEUE_PREFIX = 'berth-'
/** Each saga under way uses one for a few milliseconds at a time. */
const POOL_SIZE = 5
/** Only take-overs go through a queue, so this is how much later than possible they begin. */
const RESUME_POLL_MS = 500
/** Crashes of one workflow before the engine gives it up; a resume counts anew. */
const RECOVERY_ATTEMPTS_MAX = 1000

/** Finished workflows stay a day for whoever looks into an incident; nothing of Berth reads them again. */
const KEEP_FINISHED_MS = 24 * 3600_000
/** Of each deletion, so that none locks for long. */
const FORGET_AT_ONCE = 500

/** Ends that a workflow never leaves. */
const FINISHED = new Set(['SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'])

/** Runs `fn` once to its end, whatever happens to processes meanwhile; its result is stored as JSON. */
export const durable = <T>(name: string, fn: () => Promise<T>): Promise<T> => DBOS.runStep(fn, { name })

/** Once a process. @param o.executorId unique to this boot: with a shared one, processes would recover live work */
export async function startWorkflows<Input extends DurableInput>(o: {
  databaseUrl: string
  executorId: string
  log: Log
  run: (id: string, input: Input) => Promise<void>
  keepFinishedMs?: number
}): Promise<Workflows<Input>> {
  const log = o.log.child({ part: 'workflows' })
  const queue = `${QUEUE_PREFIX}${o.executorId}`
  DBOS.setConfig({
    name: 'berth',
    systemDatabaseUrl: o.databaseUrl,
    systemDatabaseSchemaName: SCHEMA,
    systemDatabasePoolSize: POOL_SIZE,
    applicationVersion: APPLICATION_VERSION,
    executorID: o.executorId,
    listenQueues: [queue],
    // Nothing here waits for DBOS's own messages or events.
    useListenNotify: false,
    logger: {
      debug: (entry) => log.debug(String(entry)),
      info: (entry) => log.debug(String(entry)),
      warn: (entry) => log.info(String(entry)),
      error: (entry) => log.error(String(entry)),
    },
  })
  const workflow = DBOS.registerWorkflow((id: string, input: Input) => o.run(id, input), {
    name: 'lifecycle',
    maxRecoveryAttempts: RECOVERY_ATTEMPTS_MAX,
  })
  await DBOS.launch()
  // A queue of this boot alone: the engine's shared one would give a resumed workflow to any process, which need not
  // be the one that won its lease.
  await DBOS.registerQueue(queue, { minPollingIntervalMs: RESUME_POLL_MS })
  // The engine knows by async context which workflow calls it. What a workflow's end sets off (claiming the next one)
  // still runs in its context, and would be made its child.
  const outside = AsyncLocalStorage.snapshot()

  async function forgetFinished(): Promise<void> {
    const completedBefore = new Date(Date.now() - (o.keepFinishedMs ?? KEEP_FINISHED_MS)).toISOString()
    for (;;) {
      const old = await DBOS.listWorkflows({
        workflowName: 'lifecycle',
        status: ['SUCCESS', 'ERROR', 'CANCELLED'],
        completedBefore,
        limit: FORGET_AT_ONCE,
        loadInput: false,
        loadOutput: false,
      })
      if (old.length === 0) return
      await DBOS.deleteWorkflows(old.map(({ workflowID }) => workflowID))
    }
  }

  return {
    forgetFinished: () => outside(forgetFinished),
    async start(id, input) {
      await outside(() => DBOS.startWorkflow(workflow, { workflowID: id })(id, input))
    },
    async resume(id) {
      await outside(() => DBOS.resumeWorkflow(id, { queueName: queue }))
    },
    async find(id) {
      const status = await outside(() => DBOS.getWorkflowStatus(id))
      if (!status) return null
      return {
        finished: FINISHED.has(status.status),
        replayable: status.applicationVersion === APPLICATION_VERSION,
      }
    },
    async forgetBoots(dead) {
      const names = (await DBOS.listQueues()).map((known) => known.name)
      const ids = names
        .filter((name) => name.startsWith(QUEUE_PREFIX) && name !== queue)
        .map((name) => name.slice(QUEUE_PREFIX.length))
      for (const id of await dead(ids)) await DBOS.deleteQueue(QUEUE_PREFIX + id)
    },
    async stop() {
      await DBOS.deleteQueue(queue).catch((err: unknown) => log.debug({ err }, 'its queue stays behind'))
      await DBOS.shutdown({ deregister: true })
    },
  }
}
