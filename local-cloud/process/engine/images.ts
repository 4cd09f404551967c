/** Images that a droplet has pulled. */
import { rmSync } from 'node:fs'
import type { EngineContext } from './context.ts'
import { conflict, notFound } from './errors.ts'
import { formatReference, parseReference } from './reference.ts'
import type { StoredImage } from './state.ts'

/** By id, id prefix, tag or digest. @throws EngineError 404 */
export function findImage(ctx: EngineContext, text: string): StoredImage {
  const hex = text.replace(/^sha256:/, '')
  if (/^[0-9a-f]{6,64}$/.test(hex)) {
    const byId = ctx.state.images.find((image) => image.id.startsWith(`sha256:${hex}`))
    if (byId) return byId
  }
  const reference = formatReference(parseReference(text))
  const image = ctx.state.images.find((i) => i.repoTags.includes(reference) || i.repoDigests.includes(reference))
  if (!image) throw notFound(`No such image: ${text}`)
  return image
}

/**
 * Removes one name of an image, and the image with its last name. Removing by id removes all names.
 * @throws EngineError 409 while a container uses it (a stopped one yields to `force`)
 */
export function removeImage(ctx: EngineContext, text: string, force: boolean) {
  const image = findImage(ctx, text)
  const byId = image.id.startsWith(`sha256:${text.replace(/^sha256:/, '')}`)
  const reference = byId ? null : formatReference(parseReference(text))
  // Digests are names of the same pull: they go with the last tag, and count by themselves only when there is no tag.
  const names = image.repoTags.length > 0 ? image.repoTags : image.repoDigests
  const lastName = reference === null || names.every((name) => name === reference)
  if (!lastName) {
    image.repoTags = image.repoTags.filter((name) => name !== reference)
    image.repoDigests = image.repoDigests.filter((name) => name !== reference)
    ctx.save()
    return [{ Untagged: reference }]
  }
  const users = ctx.state.containers.filter((container) => container.imageId === image.id)
  const running = users.find((container) => ctx.runs.has(container.id))
  const user = running ?? (force ? undefined : users[0])
  if (user) {
    const state = running ? 'running' : 'stopped'
    const advice = running ? 'cannot be forced' : 'must be forced'
    throw conflict(
      `conflict: unable to delete ${text} (${advice}) - image is being used by ${state} container ${user.id.slice(0, 12)}`,
    )
  }
  ctx.state.images = ctx.state.images.filter((other) => other.id !== image.id)
  ctx.save()
  rmSync(ctx.paths.image(image.id), { recursive: true, force: true })
  return [...[...image.repoTags, ...image.repoDigests].map((Untagged) => ({ Untagged })), { Deleted: image.id }]
}

export function inspectImage(image: StoredImage) {
  return {
    Id: image.id,
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Parent: '',
    Comment: '',
    Created: image.created,
    DockerVersion: '',
    Author: '',
    Config: image.config,
    Architecture: image.architecture,
    Os: image.os,
    Size: image.sizeBytes,
    GraphDriver: { Name: 'local-cloud', Data: {} },
    RootFS: { Type: 'layers', Layers: image.layers },
    Metadata: { LastTagTime: image.created },
  }
}

export function listImages(ctx: EngineContext) {
  return ctx.state.images.map((image) => ({
    Id: image.id,
    ParentId: '',
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Created: Math.floor(Date.parse(image.created) / 1000),
    Size: image.sizeBytes,
    SharedSize: -1,
    Labels: image.config.Labels ?? {},
    Containers: ctx.state.containers.filter((container) => container.imageId === image.id).length,
  }))
}
