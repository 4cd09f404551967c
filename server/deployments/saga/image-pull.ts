import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import { reservations } from '#db/schema/fleet.ts'
import { templateVersions } from '#db/schema/templates.ts'
import type { Engine, ImageInfo } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { attemptLabels, containerName, repositoryOf } from '../names.ts'
import { PULLS_PER_DROPLET_MAX } from '../queue/limits.ts'
import { createLimiter } from './limiter.ts'
import type { Compensation, Step, StepContext } from './step.ts'

/** A gigabyte at 2 MB/s, and again as much. */
const DEADLINE_MS = 15 * 60_000
const MIB = 2 ** 20

const perDroplet = createLimiter(PULLS_PER_DROPLET_MAX)

export const imagePull: Step<'image-pull'> = {
  name: 'image-pull',
  message: 'Pulling the image',
  deadlineMs: () => DEADLINE_MS,
  async run(c) {
    const { dropletId } = c.output('droplet-selection')
    const reference = pinned(c)
    const engine = await c.deps.engines.engine(dropletId)
    const id = { deploymentId: c.row.id, attempt: c.row.attempt }
    const network = containerName(id)
    const present = await engine.image(reference, { signal: c.signal })
    const undos: Compensation[] = [{ name: 'network.remove', args: { dropletId, name: network } }]
    // An image that is there before us is not ours to remove; one that our own dead run pulled is in the log already.
    if (!present) undos.push({ name: 'image.remove', args: { dropletId, reference, template: c.config.image } })
    await c.willUndo(...undos)
    // The container's own network takes longer to make than the container: it is made while the image comes. Both are
    // waited for whatever happens to the other, so that nothing is still being made when the undo begins.
    const [image, made] = await Promise.allSettled([
      present ?? pull(c, engine, dropletId, reference),
      engine.ensureNetwork(network, attemptLabels(c.ctx.installationId, id), { signal: c.signal }),
    ])
    if (image.status === 'rejected') throw image.reason
    if (made.status === 'rejected') throw made.reason
    const { digest, entrypoint, cmd, sizeBytes } = image.value
    return {
      output: {
        reference,
        // By digest, so that a tag that moves can't change what a re-run starts.
        image: digest ? `${repositoryOf(reference)}@${digest}` : reference,
        digest,
        entrypoint,
        cmd,
      },
      message: present ? 'Already on the droplet' : `Pulled ${sizeWords(sizeBytes)}`,
    }
  },
  undo: {
    'image.remove': async (u, args) => {
      const reference = String(args.reference)
      const dropletId = String(args.dropletId)
      const others = await u.ctx.db
        .select({ id: deployments.id })
        .from(reservations)
        .innerJoin(deployments, eq(deployments.id, reservations.deploymentId))
        .innerJoin(templateVersions, eq(templateVersions.id, deployments.templateVersionId))
        .where(
          and(
            eq(reservations.dropletId, dropletId),
            ne(deployments.id, u.row.id),
            sql`${templateVersions.config}->>'image' = ${args.template ?? reference}`,
            inArray(deployments.state, ['deploying', 'healthy', 'unhealthy', 'stopping', 'stopped']),
          ),
        )
        .limit(1)
      if (others.length > 0) return 'Left the image: another deployment on this droplet may use it'
      const engine = await u.deps.engines.engine(dropletId)
      await engine.removeImage(reference, { signal: u.signal })
      return 'Removed the image that was pulled for it'
    },
    'network.remove': async (u, args) => {
      const engine = await u.deps.engines.engine(String(args.dropletId))
      await engine.removeNetwork(String(args.name), { signal: u.signal })
      return 'Removed its network'
    },
  },
}

/** What was validated is what runs, wherever its tag points by now. */
const pinned = ({ config: { image }, version: { imageDigest } }: StepContext): string =>
  imageDigest ? `${repositoryOf(image)}@${imageDigest}` : image

const pull = (c: StepContext, engine: Engine, dropletId: string, reference: string) =>
  perDroplet.run(dropletId, c.signal, () => pullNow(c, engine, reference))

async function pullNow(c: StepContext, engine: Engine, reference: string): Promise<ImageInfo> {
  try {
    return await engine.pull(reference, {
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
const sizeWords = (bytes: number): string =>
  bytes < MIB ? `${Math.ceil(bytes / 1024)} kB` : `${Math.round(bytes / MIB)} MB`
