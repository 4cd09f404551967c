/** `POST /containers/create`: what is asked for, checked and merged with the image. Starts nothing. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { type EngineContext, newId } from './context.ts'
import { badParameter, conflict, notFound } from './errors.ts'
import { findImage } from './images.ts'
import type { ContainerConfig, ImageConfig, Mount, StoredContainer } from './state.ts'
import { createVolume } from './volumes.ts'

const words = z.union([z.array(z.string()), z.string().transform((word) => [word])])
const restartPolicy = z.object({
  Name: z.enum(['', 'no', 'always', 'unless-stopped', 'on-failure']).default('no'),
  MaximumRetryCount: z.int().default(0),
})
const mountBody = z.looseObject({
  Type: z.string(),
  Source: z.string().default(''),
  Target: z.string(),
  ReadOnly: z.boolean().default(false),
})
const hostConfigBody = z.looseObject({
  Binds: z.array(z.string()).nullish(),
  Mounts: z.array(mountBody).nullish(),
  Tmpfs: z.record(z.string(), z.string()).nullish(),
  PortBindings: z.record(z.string(), z.array(z.looseObject({ HostPort: z.string().default('') })).nullish()).nullish(),
  NetworkMode: z.string().nullish(),
  RestartPolicy: restartPolicy.nullish(),
  ReadonlyRootfs: z.boolean().nullish(),
  AutoRemove: z.boolean().nullish(),
  Memory: z.number().nullish(),
  Privileged: z.boolean().nullish(),
  Devices: z.array(z.unknown()).nullish(),
  CapAdd: z.array(z.string()).nullish(),
  PidMode: z.string().nullish(),
  IpcMode: z.string().nullish(),
  VolumesFrom: z.array(z.string()).nullish(),
})

export const createContainerBody = z.looseObject({
  Image: z.string().min(1),
  Hostname: z.string().nullish(),
  User: z.string().nullish(),
  Env: z.array(z.string()).nullish(),
  Cmd: words.nullish(),
  Entrypoint: words.nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  WorkingDir: z.string().nullish(),
  ExposedPorts: z.record(z.string(), z.looseObject({})).nullish(),
  AttachStdin: z.boolean().nullish(),
  AttachStdout: z.boolean().nullish(),
  AttachStderr: z.boolean().nullish(),
  OpenStdin: z.boolean().nullish(),
  StdinOnce: z.boolean().nullish(),
  Tty: z.boolean().nullish(),
  StopTimeout: z.int().nullish(),
  HostConfig: hostConfigBody.nullish(),
  NetworkingConfig: z.looseObject({ EndpointsConfig: z.record(z.string(), z.unknown()).nullish() }).nullish(),
})
type Body = z.infer<typeof createContainerBody>
type HostConfig = z.infer<typeof hostConfigBody>

const CONTAINER_NAME = /^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/

export function createContainer(ctx: EngineContext, rawName: string | null, body: Body): StoredContainer {
  const id = newId()
  const name = (rawName ?? `container-${id.slice(0, 12)}`).replace(/^\//, '')
  if (!CONTAINER_NAME.test(name))
    throw badParameter(`Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`)
  const namesake = ctx.state.containers.find((container) => container.name === name)
  if (namesake)
    throw conflict(
      `Conflict. The container name "/${name}" is already in use by container "${namesake.id}". You have to remove (or rename) that container to be able to reuse that name.`,
    )
  const image = findImage(ctx, body.Image)
  const host = body.HostConfig ?? {}
  refuseWhatLeavesTheBox(host)
  const config = mergeConfig(id, body, image.config)
  if (config.Entrypoint.length + config.Cmd.length === 0) throw badParameter('no command specified')
  const networks = networksOf(host, body)
  const mounts = mountsOf(ctx, id, host, image.config)
  const home = ctx.paths.container(id)
  for (const folder of ['home', 'tmp']) mkdirSync(path.join(home, folder), { recursive: true })
  const container: StoredContainer = {
    id,
    name,
    createdAt: new Date().toISOString(),
    imageId: image.id,
    config,
    hostConfig: {
      ...host,
      NetworkMode: networks[0] ?? 'none',
      RestartPolicy: host.RestartPolicy ?? { Name: 'no', MaximumRetryCount: 0 },
      ReadonlyRootfs: host.ReadonlyRootfs ?? false,
      AutoRemove: host.AutoRemove ?? false,
      Memory: host.Memory ?? 0,
    },
    published: publishedPorts(host, config.ExposedPorts),
    tmpfs: Object.keys(host.Tmpfs ?? {}),
    mounts,
    networks,
    status: 'created',
    pid: 0,
    exitCode: 0,
    error: '',
    startedAt: null,
    finishedAt: null,
    restartCount: 0,
    stoppedByUser: false,
    hostPort: null,
  }
  ctx.state.containers.push(container)
  ctx.save()
  return container
}

/** What only a kernel could hold back is refused, so that nobody thinks that it was granted. */
function refuseWhatLeavesTheBox(host: HostConfig): void {
  const refused =
    (host.Privileged && 'Privileged') ||
    (host.Devices?.length && 'Devices') ||
    (host.CapAdd?.length && 'CapAdd') ||
    (host.VolumesFrom?.length && 'VolumesFrom') ||
    (['PidMode', 'IpcMode', 'NetworkMode'] as const).find((mode) => /^(host|container:)/.test(host[mode] ?? ''))
  if (refused) throw badParameter(`${refused} is not supported by this engine`)
}

function mergeConfig(id: string, body: Body, image: ImageConfig): ContainerConfig {
  const entrypointGiven = body.Entrypoint != null
  return {
    Hostname: body.Hostname || id.slice(0, 12),
    User: body.User || image.User || '',
    Env: mergeEnv(image.Env ?? [], body.Env ?? []),
    // A new entrypoint drops the image's command, as in Docker.
    Cmd: body.Cmd?.length ? body.Cmd : entrypointGiven ? [] : (image.Cmd ?? []),
    Entrypoint: (body.Entrypoint ?? image.Entrypoint ?? []).filter((word) => word !== ''),
    Image: body.Image,
    Labels: { ...image.Labels, ...body.Labels },
    WorkingDir: body.WorkingDir || image.WorkingDir || '/',
    ExposedPorts: { ...image.ExposedPorts, ...body.ExposedPorts },
    AttachStdin: body.AttachStdin ?? false,
    AttachStdout: body.AttachStdout ?? true,
    AttachStderr: body.AttachStderr ?? true,
    OpenStdin: body.OpenStdin ?? false,
    StdinOnce: body.StdinOnce ?? false,
    Tty: body.Tty ?? false,
    ...(body.StopTimeout == null ? {} : { StopTimeout: body.StopTimeout }),
  }
}

/** A later `KEY=value` replaces an earlier one; a bare `KEY` removes it, as in Docker. */
export function mergeEnv(image: string[], given: string[]): string[] {
  const merged = new Map<string, string>()
  for (const entry of [...image, ...given]) {
    const equals = entry.indexOf('=')
    if (equals === 0 || entry === '') throw badParameter(`invalid environment variable: ${JSON.stringify(entry)}`)
    if (entry.includes('\0')) throw badParameter('invalid environment variable: it contains a NUL')
    if (equals < 0) merged.delete(entry)
    else merged.set(entry.slice(0, equals), entry.slice(equals + 1))
  }
  return [...merged].map(([key, value]) => `${key}=${value}`)
}

function networksOf(host: HostConfig, body: Body): string[] {
  const mode = host.NetworkMode
  const first = !mode || mode === 'default' ? 'bridge' : mode
  return [...new Set([first, ...Object.keys(body.NetworkingConfig?.EndpointsConfig ?? {})])].filter((n) => n !== 'none')
}

function publishedPorts(host: HostConfig, exposed: Record<string, object>): Record<string, number> {
  const published: Record<string, number> = {}
  for (const [port, bindings] of Object.entries(host.PortBindings ?? {})) {
    const key = port.includes('/') ? port : `${port}/tcp`
    if (!(key in exposed))
      throw badParameter(`the image does not say how it is told its port, so ${key} can't be published`)
    const wanted = bindings?.[0]?.HostPort ?? ''
    if (!/^\d{0,5}$/.test(wanted)) throw badParameter(`invalid port specification: "${wanted}"`)
    published[key] = Number(wanted || 0)
  }
  return published
}

function mountsOf(ctx: EngineContext, id: string, host: HostConfig, image: ImageConfig): Mount[] {
  const wanted = [
    ...(host.Binds ?? []).map((bind) => {
      const [source = '', target = '', mode = ''] = bind.split(':')
      return { source, target, readOnly: mode.split(',').includes('ro') }
    }),
    ...(host.Mounts ?? []).map((mount) => {
      if (mount.Type !== 'volume') throw badParameter(`mounts of type ${mount.Type} are not supported by this engine`)
      return { source: mount.Source, target: mount.Target, readOnly: mount.ReadOnly }
    }),
  ]
  for (const inside of [...Object.keys(image.Volumes ?? {}), ...Object.keys(host.Tmpfs ?? {})]) assertInside(inside)
  const mounts: Mount[] = wanted.map(({ source, target, readOnly }) => {
    assertInside(target)
    if (source.includes('/') || source.startsWith('.'))
      throw badParameter('folders of the host are not supported by this engine: name a volume')
    const volume = createVolume(ctx, { Name: source, Driver: 'local' })
    return { volume: volume.name, source: ctx.paths.volume(volume.name), path: target, readOnly }
  })
  for (const inside of Object.keys(image.Volumes ?? {})) {
    if (mounts.some((mount) => mount.path === inside) || inside in (host.Tmpfs ?? {})) continue
    const source = path.join(ctx.paths.container(id), 'volumes', inside.replaceAll('/', '_'))
    mkdirSync(source, { recursive: true })
    mounts.push({ volume: null, source, path: inside, readOnly: false })
  }
  return mounts
}

/** A path of the container: with `..` in it, it could name a folder beside the container's own. */
function assertInside(target: string): void {
  if (!path.posix.isAbsolute(target) || path.posix.normalize(target).replace(/\/$/, '') !== target.replace(/\/$/, ''))
    throw badParameter(`invalid mount path: '${target}' mount path must be absolute and plain`)
}

export function findContainer(ctx: EngineContext, text: string): StoredContainer {
  const name = text.replace(/^\//, '')
  const { containers } = ctx.state
  const exact = containers.find((c) => c.id === name || c.name === name)
  if (exact) return exact
  const matches = name.length >= 4 ? containers.filter((c) => c.id.startsWith(name)) : []
  if (matches.length > 1) throw badParameter(`multiple IDs found with provided prefix: ${text}`)
  if (!matches[0]) throw notFound(`No such container: ${text}`)
  return matches[0]
}
