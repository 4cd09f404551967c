import type { ContainerInfo, Engine } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { attemptLabels, containerName, deploymentLabel, volumeName } from '../names.ts'
import { containerSpec } from './container-spec.ts'
import { logTail } from './log-tail.ts'
import { installPackage } from './package.ts'
import { pullImage } from './pull.ts'
import type { Compensation, Step, StepContext } from './step.ts'

/** Docker creates and starts in under a second; a loaded droplet gets a hundred times that. */
const DEADLINE_MS = 2 * 60_000
const STOP_GRACE_SECONDS = 5

export const containerDeploy: Step<'container-deploy'> = {
  name: 'container-deploy',
  message: 'Starting the container',
  deadlineMs: () => DEADLINE_MS,
  async run(c) {
    const { dropletId } = c.output('droplet-selection')
    const pulled = c.output('image-pull')
    const engine = await c.deps.engines.engine(dropletId)
    const id = { deploymentId: c.row.id, attempt: c.row.attempt }
    const name = containerName(id)
    const labels = attemptLabels(c.ctx.installationId, id)

    const undos: Compensation[] = await volumesToMake(c, engine, dropletId)
    undos.push({ name: 'container.remove', args: { dropletId, name } })
    await c.willUndo(...undos)
    await Promise.all([
      engine.ensureNetwork(name, labels, { signal: c.signal }),
      // Another deployment's undo may have removed the image since it was pulled.
      engine
        .image(pulled.image, { signal: c.signal })
        .then((image) => image ?? pullImage(c, engine, dropletId, pulled.reference)),
      ...c.config.volumes.map((volume) =>
        // Without the attempt: a volume is the deployment's, and later attempts find it.
        engine.ensureVolume(
          volumeName(c.row.id, volume.name),
          { 'berth.installation': c.ctx.installationId, 'berth.deployment': c.row.id },
          { signal: c.signal },
        ),
      ),
    ])
    // Found where the last step left it, unless the droplet was tidied in between.
    const installed = await installPackage(c, engine, dropletId, pulled.image)
    const created = await engine.ensureContainer(containerSpec(c, pulled.image, installed), { signal: c.signal })
    await c.assertOwned()
    if (created.state !== 'running') await engine.startContainer(created.id, { signal: c.signal })
    const container = await engine.container(created.id, { signal: c.signal })
    if (container?.state !== 'running') throw await exited(c, engine, container)
    return { output: { containerId: container.id, hostPort: hostPortOf(c, container) }, message: 'Running' }
  },
  undo: {
    'container.remove': async (u, args) => {
      const engine = await u.deps.engines.engine(String(args.dropletId))
      const container = await engine.container(String(args.name), { signal: u.signal })
      if (container?.state === 'running')
        await engine.stopContainer(container.id, { graceSeconds: STOP_GRACE_SECONDS, signal: u.signal })
      await engine.removeContainer(String(args.name), { signal: u.signal })
      return 'Removed its container'
    },
    'volume.remove': async (u, args) => {
      const engine = await u.deps.engines.engine(String(args.dropletId))
      await engine.removeVolume(String(args.name), { signal: u.signal })
      return 'Removed its volume'
    },
  },
}

/** Only volumes that are not there yet are this attempt's to undo; one that its own dead run made is planned already. */
async function volumesToMake(c: StepContext, engine: Engine, dropletId: string): Promise<Compensation[]> {
  if (c.config.volumes.length === 0) return []
  const existing = await engine.volumes({ label: deploymentLabel(c.row.id) }, { signal: c.signal })
  const names = new Set(existing.map((v) => v.name))
  return c.config.volumes
    .map((volume) => volumeName(c.row.id, volume.name))
    .filter((name) => !names.has(name))
    .map((name) => ({ name: 'volume.remove', args: { dropletId, name } }))
}

function hostPortOf(c: StepContext, container: ContainerInfo): number | null {
  if (c.config.transport.type === 'stdio') return null
  const port = container.hostPorts[c.config.transport.port]
  if (port === undefined) throw new BerthError('ENGINE_REJECTED', 'The engine published no port for the container.')
  return port
}

export async function exited(c: StepContext, engine: Engine, container: ContainerInfo | null): Promise<BerthError> {
  const how = container?.oomKilled
    ? `it used more than its ${Math.round(c.config.resources.memoryBytes / 2 ** 20)} MB of memory`
    : `exit code ${container?.exitCode ?? 'unknown'}`
  const tail = await logTail(c, engine, containerName({ deploymentId: c.row.id, attempt: c.row.attempt }))
  return Object.assign(new BerthError('CONTAINER_EXITED', `The server ended by itself: ${how}.`), { logTail: tail })
}
