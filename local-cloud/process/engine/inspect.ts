/** Containers as `inspect` and `list` show them. */
import path from 'node:path'
import type { EngineContext } from './context.ts'
import { type Filters, labelsMatch, nameMatches } from './filters.ts'
import type { StoredContainer } from './state.ts'

const NEVER = '0001-01-01T00:00:00Z'

export function inspectContainer(ctx: EngineContext, container: StoredContainer) {
  const [program = '', ...args] = [...container.config.Entrypoint, ...container.config.Cmd]
  return {
    Id: container.id,
    Created: container.createdAt,
    Path: program,
    Args: args,
    State: {
      Status: container.status,
      Running: container.status === 'running',
      Paused: false,
      Restarting: container.status === 'restarting',
      OOMKilled: false,
      Dead: false,
      Pid: container.pid,
      ExitCode: container.exitCode,
      Error: container.error,
      StartedAt: container.startedAt ?? NEVER,
      FinishedAt: container.finishedAt ?? NEVER,
    },
    Image: container.imageId,
    LogPath: path.join(ctx.paths.container(container.id), 'log.jsonl'),
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: 'local-cloud',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: [...ctx.execs.values()].filter((e) => e.running && e.containerId === container.id).map((e) => e.id),
    HostConfig: container.hostConfig,
    GraphDriver: { Name: 'local-cloud', Data: {} },
    Mounts: mountsOf(container),
    Config: {
      ...container.config,
      Volumes: null,
      Domainname: '',
      OnBuild: null,
      Entrypoint: container.config.Entrypoint.length > 0 ? container.config.Entrypoint : null,
      Cmd: container.config.Cmd.length > 0 ? container.config.Cmd : null,
    },
    NetworkSettings: {
      SandboxID: '',
      Ports: portsOf(container),
      Networks: networksOf(ctx, container),
    },
  }
}

function mountsOf(container: StoredContainer) {
  return container.mounts.map((mount) => ({
    Type: 'volume',
    Name: mount.volume ?? container.id,
    Source: mount.source,
    Destination: mount.path,
    Driver: 'local',
    Mode: mount.readOnly ? 'ro' : '',
    RW: !mount.readOnly,
    Propagation: '',
  }))
}

/** Only the first exposed port has a server behind it; null is Docker's sign for "exposed, not published". */
function portsOf(container: StoredContainer) {
  return Object.fromEntries(
    Object.keys(container.config.ExposedPorts).map((port) => [
      port,
      port in container.published && container.hostPort
        ? [{ HostIp: '127.0.0.1', HostPort: String(container.hostPort) }]
        : null,
    ]),
  )
}

function networksOf(ctx: EngineContext, container: StoredContainer) {
  return Object.fromEntries(
    container.networks.map((name) => [
      name,
      {
        IPAMConfig: null,
        Links: null,
        Aliases: null,
        NetworkID: ctx.state.networks.find((network) => network.name === name)?.id ?? '',
        EndpointID: container.status === 'running' ? container.id : '',
        Gateway: '',
        IPAddress: container.status === 'running' ? '127.0.0.1' : '',
        IPPrefixLen: 0,
        MacAddress: '',
      },
    ]),
  )
}

export const CONTAINER_FILTERS = ['id', 'label', 'name', 'status', 'network', 'volume', 'ancestor']

export function listContainers(ctx: EngineContext, filters: Filters, all: boolean, limit: number) {
  const one = (wanted: string[] | undefined, test: (value: string) => boolean) => !wanted || wanted.some(test)
  const chosen = ctx.state.containers
    .filter((c) => all || filters.status || c.status === 'running' || c.status === 'restarting')
    .filter((c) => labelsMatch(c.config.Labels, filters.label) && nameMatches(c.name, filters.name))
    .filter((c) => one(filters.id, (id) => c.id.startsWith(id)) && one(filters.status, (status) => c.status === status))
    .filter((c) => one(filters.network, (network) => c.networks.includes(network)))
    .filter((c) => one(filters.volume, (volume) => c.mounts.some((m) => m.volume === volume || m.path === volume)))
    .filter((c) => one(filters.ancestor, (image) => c.config.Image === image || c.imageId === image))
    .reverse()
  return (limit > 0 ? chosen.slice(0, limit) : chosen).map((container) => summarize(ctx, container))
}

function summarize(ctx: EngineContext, container: StoredContainer) {
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: container.config.Image,
    ImageID: container.imageId,
    Command: [...container.config.Entrypoint, ...container.config.Cmd].join(' '),
    Created: Math.floor(Date.parse(container.createdAt) / 1000),
    Ports: Object.entries(portsOf(container)).map(([port, bindings]) => ({
      PrivatePort: Number.parseInt(port, 10),
      Type: port.split('/')[1] ?? 'tcp',
      ...(bindings?.[0] ? { IP: bindings[0].HostIp, PublicPort: Number(bindings[0].HostPort) } : {}),
    })),
    Labels: container.config.Labels,
    State: container.status,
    Status: statusText(container),
    HostConfig: { NetworkMode: container.hostConfig.NetworkMode },
    NetworkSettings: { Networks: networksOf(ctx, container) },
    Mounts: mountsOf(container),
  }
}

function statusText(container: StoredContainer): string {
  const seconds = (since: string | null) => Math.max(0, Math.round((Date.now() - Date.parse(since ?? '')) / 1000))
  if (container.status === 'running') return `Up ${seconds(container.startedAt)} seconds`
  if (container.status === 'created') return 'Created'
  const verb = container.status === 'restarting' ? 'Restarting' : 'Exited'
  return `${verb} (${container.exitCode}) ${seconds(container.finishedAt)} seconds ago`
}
