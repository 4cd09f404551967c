/** Named volumes are folders of the droplet. */
import { mkdirSync, rmSync } from 'node:fs'
import { z } from 'zod'
import { type EngineContext, newId } from './context.ts'
import { badParameter, conflict, notFound } from './errors.ts'
import { type Filters, labelsMatch, nameMatches } from './filters.ts'
import type { StoredVolume } from './state.ts'

/** Also a folder's name, so nothing that climbs. */
const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/

export const createVolumeBody = z.looseObject({
  Name: z.string().default(''),
  Driver: z.string().default('local'),
  Labels: z.record(z.string(), z.string()).nullish(),
  DriverOpts: z.record(z.string(), z.string()).nullish(),
})

/** Making one that exists returns it, as Docker does. */
export function createVolume(ctx: EngineContext, body: z.infer<typeof createVolumeBody>): StoredVolume {
  const name = body.Name || newId()
  if (!VOLUME_NAME.test(name))
    throw badParameter(
      `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed`,
    )
  if (body.Driver !== 'local')
    throw notFound(`create ${name}: error looking up volume plugin ${body.Driver}: plugin "${body.Driver}" not found`)
  const existing = ctx.state.volumes.find((volume) => volume.name === name)
  if (existing) return existing
  const options = body.DriverOpts ?? {}
  // `type`, `device` and `o` would mount a folder of the host under the name of a volume.
  if (Object.keys(options).length > 0)
    throw badParameter(`create ${name}: volume options are not supported by this engine`)
  const volume = { name, createdAt: new Date().toISOString(), labels: body.Labels ?? {}, options }
  mkdirSync(ctx.paths.volume(name), { recursive: true })
  ctx.state.volumes.push(volume)
  ctx.save()
  return volume
}

export function findVolume(ctx: EngineContext, name: string): StoredVolume {
  const volume = ctx.state.volumes.find((other) => other.name === name)
  if (!volume) throw notFound(`get ${name}: no such volume`)
  return volume
}

export function removeVolume(ctx: EngineContext, name: string): void {
  const volume = findVolume(ctx, name)
  const users = ctx.state.containers.filter((c) => c.mounts.some((mount) => mount.volume === name))
  if (users.length > 0) throw conflict(`remove ${name}: volume is in use - [${users.map((c) => c.id).join(', ')}]`)
  ctx.state.volumes = ctx.state.volumes.filter((other) => other !== volume)
  ctx.save()
  rmSync(ctx.paths.volume(name), { recursive: true, force: true })
}

export function inspectVolume(ctx: EngineContext, volume: StoredVolume) {
  return {
    CreatedAt: volume.createdAt,
    Driver: 'local',
    Labels: volume.labels,
    Mountpoint: ctx.paths.volume(volume.name),
    Name: volume.name,
    Options: volume.options,
    Scope: 'local',
  }
}

export function listVolumes(ctx: EngineContext, filters: Filters) {
  return {
    Volumes: ctx.state.volumes
      .filter((volume) => labelsMatch(volume.labels, filters.label) && nameMatches(volume.name, filters.name))
      .map((volume) => inspectVolume(ctx, volume)),
    Warnings: null,
  }
}
