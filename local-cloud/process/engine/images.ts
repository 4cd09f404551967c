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
  const names = [...image.repoTags, ...image.repoDigests]
  // Docker counts one tag and the digests of its pulls as one name.
  const oneName = image.repoTags.length <= 1 && new Set(names.map(repositoryOf)).size <= 1
  if (reference === null || oneName) refuseWhileUsed(ctx, image, text, force)
  if (reference !== null) {
    const repoTags = image.repoTags.filter((name) => name !== reference)
    const tagged = new Set(repoTags.map(repositoryOf))
    const wasTag = repoTags.length < image.repoTags.length
    // A digest goes with the last tag of its repository.
    const repoDigests = image.repoDigests.filter(
      (name) => name !== reference && (!wasTag || tagged.has(repositoryOf(name))),
    )
    if (repoTags.length + repoDigests.length > 0) {
      Object.assign(image, { repoTags, repoDigests })
      ctx.save()
      return [{ Untagged: reference }]
    }
  }
  ctx.state.images = ctx.state.images.filter((other) => other.id !== image.id)
  ctx.save()
  rmSync(ctx.paths.image(image.id), { recursive: true, force: true })
  return [...names.map((Untagged) => ({ Untagged })), { Deleted: image.id }]
}

function refuseWhileUsed(ctx: EngineContext, image: StoredImage, text: string, force: boolean): void {
  const users = ctx.state.containers.filter((container) => container.imageId === image.id)
  const running = users.find((container) => ctx.runs.has(container.id))
  const user = running ?? (force ? undefined : users[0])
  if (!user) return
  const state = running ? 'running' : 'stopped'
  const advice = running ? 'cannot be forced' : 'must be forced'
  throw conflict(
    `conflict: unable to delete ${text} (${advice}) - image is being used by ${state} container ${user.id.slice(0, 12)}`,
  )
}

/** `repository` of `repository:tag` and of `repository@digest`. */
const repositoryOf = (name: string): string => name.replace(/(:[^:/]+|@[^@]+)$/, '')

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
