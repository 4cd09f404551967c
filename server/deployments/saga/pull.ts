/** One image onto one droplet: as it was validated, with the credentials of its registry, a few at once. */
import type { Engine, ImageInfo } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { parseReference } from '#server/registry/index.ts'
import { repositoryOf } from '../names.ts'
import { PULLS_PER_DROPLET_MAX } from '../queue/limits.ts'
import { createLimiter } from './limiter.ts'
import type { StepContext } from './step.ts'

const MIB = 2 ** 20

const perDroplet = createLimiter(PULLS_PER_DROPLET_MAX)

/** What was validated is what runs, wherever its tag points by now. */
export const pinnedImage = ({ config: { image }, version: { imageDigest } }: StepContext): string =>
  imageDigest ? `${repositoryOf(image)}@${imageDigest}` : image

/** @throws IMAGE_NOT_FOUND, IMAGE_PULL_FAILED */
export const pullImage = (c: StepContext, engine: Engine, dropletId: string, reference: string): Promise<ImageInfo> =>
  perDroplet.run(dropletId, c.signal, () => pull(c, engine, reference))

async function pull(c: StepContext, engine: Engine, reference: string): Promise<ImageInfo> {
  const auth = await c.deps.credentialsFor(parseReference(reference).registry)
  try {
    return await engine.pull(reference, {
      ...(auth && { auth }),
      signal: c.signal,
      onProgress: ({ currentBytes, totalBytes, layersDone, layersTotal }) => {
        if (totalBytes > 0)
          c.progress(`${sizeWords(currentBytes)} of ${sizeWords(totalBytes)}`, {
            current: currentBytes,
            total: totalBytes,
            unit: 'bytes',
          })
        else
          c.progress(`${layersDone} of ${layersTotal} layers`, {
            current: layersDone,
            total: layersTotal,
            unit: 'layers',
          })
      },
    })
  } catch (error) {
    if (!c.version.imageDigest || !(error instanceof BerthError) || error.code !== 'IMAGE_NOT_FOUND') throw error
    throw new BerthError('IMAGE_NOT_FOUND', `The image that was validated is gone from its registry: ${reference}.`, {
      action: 'Ask an admin to validate the template again; that pins the image as it is now.',
      cause: error,
    })
  }
}

/** As the pages write sizes; an image may be smaller than a megabyte. */
export const sizeWords = (bytes: number): string =>
  bytes < MIB ? `${Math.ceil(bytes / 1024)} kB` : `${Math.round(bytes / MIB)} MB`
