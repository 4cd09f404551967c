/** A channel to a stdio container: a process of its own, or the main process that all clients share. */
import type { EnginePool, StdioProcess } from '#server/engine/port.ts'
import type { Channel } from './channel.ts'
import type { GatewayLimits } from './limits.ts'
import type { Backend } from './port.ts'
import { openStdioChannel } from './stdio-channel.ts'

/** Between two looks at a container that restarts. */
const RESTART_POLL_MS = 200

/** One process for all clients of a stdio container. */
export const isShared = ({ transport }: Backend): boolean => transport.type === 'stdio' && transport.shared

interface LaunchOptions {
  engines: Pick<EnginePool, 'engine'>
  limits: Pick<GatewayLimits, 'reconnectMs' | 'lineBytesMax'>
}

/** Waits for a container that restarts. @throws BerthError */
export async function launchProcess(backend: Backend, o: LaunchOptions): Promise<Channel> {
  return openStdioChannel(await startProcess(backend, o), o.limits)
}

async function startProcess(backend: Backend, { engines, limits }: LaunchOptions): Promise<StdioProcess> {
  const engine = await engines.engine(backend.dropletId)
  const deadline = performance.now() + limits.reconnectMs
  for (;;) {
    try {
      return isShared(backend)
        ? await engine.attach(backend.containerId)
        : await engine.exec(backend.containerId, backend.command)
    } catch (error) {
      const container = await engine.container(backend.containerId).catch(() => null)
      const returns = container?.state === 'restarting' || container?.state === 'created'
      if (!returns || performance.now() > deadline) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, RESTART_POLL_MS))
  }
}
