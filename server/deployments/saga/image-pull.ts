import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import { reservations } from '#db/schema/fleet.ts'
import { templateVersions } from '#db/schema/templates.ts'
import { attemptLabels, containerName, repositoryOf } from '../names.ts'
import { discardPackage, installPackage } from './package.ts'
import { pinnedImage, pullImage, sizeWords } from './pull.ts'
import type { Compensation, Step } from './step.ts'

/** A gigabyte at 2 MB/s, and again as much. */
const DEADLINE_MS = 15 * 60_000

export const imagePull: Step<'image-pull'> = {
  name: 'image-pull',
  message: 'Pulling the image',
  deadlineMs: () => DEADLINE_MS,
  async run(c) {
    const { dropletId } = c.output('droplet-selection')
    const reference = pinnedImage(c)
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
      present ?? pullImage(c, engine, dropletId, reference),
      engine.ensureNetwork(network, attemptLabels(c.ctx.installationId, id), { signal: c.signal }),
    ])
    if (image.status === 'rejected') throw image.reason
    if (made.status === 'rejected') throw made.reason
    const { digest, entrypoint, cmd, sizeBytes } = image.value
    // By digest, so that a tag that moves can't change what a re-run starts.
    const exact = digest ? `${repositoryOf(reference)}@${digest}` : reference
    await installPackage(c, engine, dropletId, exact)
    return {
      output: { reference, image: exact, digest, entrypoint, cmd },
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
    'package.discard': discardPackage,
    'network.remove': async (u, args) => {
      const engine = await u.deps.engines.engine(String(args.dropletId))
      await engine.removeNetwork(String(args.name), { signal: u.signal })
      return 'Removed its network'
    },
  },
}
