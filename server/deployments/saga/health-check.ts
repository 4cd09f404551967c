import type { Engine } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import type { Backend } from '#server/gateway/port.ts'
import { commandLine } from '../launch/launch.ts'
import { containerName } from '../names.ts'
import { exited } from './container-deploy.ts'
import { logTail } from './log-tail.ts'
import type { Step, StepContext } from './step.ts'

/** Beyond the template's own start time: the engine's and the network's share. */
const MARGIN_MS = 10_000
/** How often a container that does not answer yet is looked at: it may have ended. */
const LOOK_EVERY_MS = 500

export const healthCheck: Step<'health-check'> = {
  name: 'health-check',
  message: 'Asking the server for its tools',
  deadlineMs: (config) => config.startTimeoutMs + MARGIN_MS,
  undo: {
    'sessions.drop': async ({ deps, row }) => {
      await deps.gateway.drop(row.id)
      return 'Closed its sessions'
    },
  },
  async run(c) {
    const { dropletId } = c.output('droplet-selection')
    const { containerId, hostPort } = c.output('container-deploy')
    const engine = await c.deps.engines.engine(dropletId)
    const backend: Backend = {
      deploymentId: c.row.id,
      dropletId,
      containerId,
      transport: c.config.transport,
      hostPort,
      command: commandLine(c.launch(), c.output('image-pull')),
    }
    const handshake = await untilExit(c, engine, containerId, (signal) =>
      c.deps.gateway.handshake(backend, {
        signal,
        deadlineMs: Math.min(c.config.startTimeoutMs, c.remainingMs()),
      }),
    )
    const { tools, era, protocolVersion } = handshake
    return {
      output: handshake,
      message: `${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}, protocol ${protocolVersion} (${era})`,
    }
  },
  async ending(_tx, record, c, { tools, era, protocolVersion }) {
    await record.event(c.row.id, { type: 'tools.listed', data: { count: tools.length, era, protocolVersion } })
  },
}

/** Runs `work` while the container runs: one that ended is told at once, with its last lines, not at the deadline. */
async function untilExit<T>(
  c: StepContext,
  engine: Engine,
  containerId: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const signal = AbortSignal.any([c.signal, over.signal])
  let ended: BerthError | undefined
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    engine
      .container(containerId, { signal })
      .then(async (container) => {
        if (container && (container.state === 'running' || container.state === 'restarting')) return
        ended = await exited(c, engine, container)
        over.abort(ended)
      })
      .catch((err: unknown) => {
        if (!signal.aborted) c.ctx.log.debug({ err, deployment: c.row.id }, 'the container could not be looked at')
      })
      .finally(() => {
        looking = false
      })
  }, LOOK_EVERY_MS)
  try {
    return await work(signal)
  } catch (error) {
    if (ended) throw ended
    if (c.signal.aborted || !(error instanceof BerthError)) throw error
    const name = containerName({ deploymentId: c.row.id, attempt: c.row.attempt })
    throw Object.assign(error, { logTail: await logTail(c, engine, name) })
  } finally {
    clearInterval(timer)
    over.abort()
  }
}
