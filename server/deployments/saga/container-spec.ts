import type { ContainerSpec } from '#server/engine/port.ts'
import { type InstalledPackage, PACKAGE_LABEL, PACKAGE_MOUNT } from '#server/packages/index.ts'
import { attemptLabels, containerName, volumeName } from '../names.ts'
import type { StepContext } from './step.ts'

/** A Node server with its worker threads has about 25; a fork bomb has this many and no more (I8). */
const PIDS_MAX = 256

/** Everything that the template and the person have a say in; the engine adds the box (I8, R6). */
export function containerSpec(c: StepContext, image: string, installed: InstalledPackage | null): ContainerSpec {
  const { transport, resources, workingDir } = c.config
  const id = { deploymentId: c.row.id, attempt: c.row.attempt }
  const name = containerName(id)
  const { env, cmd } = c.launch()
  return {
    name,
    image,
    labels: {
      ...attemptLabels(c.ctx.installationId, id),
      ...(installed && { [PACKAGE_LABEL]: installed.fingerprint }),
    },
    env,
    ...(cmd && { cmd }),
    ...(workingDir && { workingDir }),
    network: name,
    memoryBytes: resources.memoryBytes,
    cpuMillis: resources.cpuMillis,
    pidsMax: PIDS_MAX,
    readOnlyRoot: c.config.writableRootReason === undefined,
    volumes: [
      ...c.config.volumes.map((v) => ({ name: volumeName(c.row.id, v.name), path: v.path })),
      ...(installed ? [{ name: installed.volume, path: PACKAGE_MOUNT, readOnly: true }] : []),
    ],
    openStdin: transport.type === 'stdio',
    ...(transport.type !== 'stdio' && { port: transport.port }),
  }
}
