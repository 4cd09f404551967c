/** What a look at a container means for its deployment. Pure. */
import type { DeploymentState } from '#db/schema/states.ts'
import type { TemplateConfig } from '#db/template-config.ts'
import type { ContainerInfo } from '#server/engine/port.ts'

export type Seen = { kind: 'answered'; container: ContainerInfo | null } | { kind: 'silent' }

export interface Verdict {
  healthy: boolean
  message: string
  /** The container's new host port, where it changed. */
  hostPort?: number
}

interface Known {
  state: DeploymentState
  hostPort: number | null
  transport: TemplateConfig['transport']
}

/** @returns null when nothing changed */
export function judge(known: Known, seen: Seen): Verdict | null {
  const wasHealthy = known.state === 'healthy'
  const sick = (message: string): Verdict | null => (wasHealthy ? { healthy: false, message } : null)
  if (seen.kind === 'silent') return sick('The droplet does not answer')
  const { container } = seen
  if (!container) return sick('The container is gone')
  if (container.state !== 'running') {
    if (container.oomKilled) return sick('The container used more memory than it may and was ended')
    return sick(`The container is ${container.state} (exit code ${container.exitCode})`)
  }
  if (known.transport.type !== 'stdio') {
    const hostPort = container.hostPorts[known.transport.port]
    if (hostPort === undefined) return sick('The container has no published port')
    if (hostPort !== known.hostPort) return { healthy: true, message: 'The container was restarted', hostPort }
  }
  return wasHealthy ? null : { healthy: true, message: 'The container runs again' }
}
