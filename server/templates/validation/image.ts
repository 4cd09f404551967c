/** Is there an image, can a droplet run it, and is it the one that was looked at before? */
import type { PackageLock, TemplateContent } from '#db/template-content.ts'
import { BerthError } from '#server/errors.ts'
import { readableBytes } from '#server/placement/index.ts'
import { parseReference } from '#server/registry/index.ts'
import type { Platform } from '#server/registry/port.ts'
import { type Finding, fail, pass, skipped, warn } from './checks.ts'
import { setAt } from './patch.ts'
import type { Inspection } from './subject.ts'

const GIB = 2 ** 30
/** At a droplet's usual 50 MB/s a larger image takes over half a minute to come. */
const LARGE_BYTES = 1.5 * GIB
const MANY_LAYERS = 60

const shortDigest = (digest: string): string => digest.slice(0, 'sha256:'.length + 12)

export function imageReference(image: string): Finding {
  try {
    const { registry, repository, tag, digest } = parseReference(image)
    return pass('The reference is one that Docker reads.', [
      `Registry: ${registry}`,
      `Repository: ${repository}`,
      ...(tag ? [`Tag: ${tag}`] : []),
      ...(digest ? [`Digest: ${digest}`] : []),
    ])
  } catch (error) {
    const message = error instanceof BerthError ? error.message : 'It can’t be read.'
    return fail('The image reference is not one that Docker reads.', [message], {
      text: 'Write it as registry/repository:tag, for example ghcr.io/acme/server:1.2.0.',
    })
  }
}

/** What every check says that needs the image and has none. */
export function withoutImage(inspection: Exclude<Inspection, { kind: 'image' }>): Finding {
  return inspection.kind === 'silent'
    ? skipped('Not checked: the registry did not answer.')
    : skipped('Not checked: there is no image to look at.')
}

export function imageManifest(inspection: Inspection): Finding {
  if (inspection.kind === 'silent')
    return skipped('The registry did not answer, which says nothing about the image.', [inspection.message], {
      text: 'Validate again when the registry is back.',
    })
  if (inspection.kind === 'image') {
    const { canonical, digest, mediaType } = inspection.image
    return pass(`${canonical} exists.`, [`Digest: ${digest}`, `Manifest: ${mediaType}`])
  }
  if (inspection.code === 'IMAGE_PLATFORM_MISSING')
    return pass('The image exists, for other platforms.', [inspection.message])
  if (inspection.code === 'REGISTRY_REFUSED')
    return fail('Berth may not ask this registry.', [inspection.message], {
      text: 'Use a public registry, or have an operator add its host to BERTH_ALLOWED_HOSTS.',
    })
  if (inspection.code === 'REGISTRY_DENIED')
    return fail('The registry refused the stored credentials.', [inspection.message], {
      text: 'Correct the credentials of this registry under Templates, Registries.',
    })
  return fail('There is no such image, or it is private.', [inspection.message], {
    text: 'Correct the reference; for a private image add credentials of its registry under Templates, Registries.',
  })
}

const platformName = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, variant].filter(Boolean).join('/')

export const platformNames = (platforms: readonly Platform[]): string[] => [...new Set(platforms.map(platformName))]

export function imagePlatform(inspection: Inspection): Finding {
  if (inspection.kind === 'image') {
    const { platforms, config } = inspection.image
    const offered = `Offered: ${platformNames(platforms).join(', ')}`
    if (config.os === 'linux' && config.architecture === 'amd64')
      return pass('There is a build for linux/amd64, which droplets run.', [offered])
    return fail(`It is built for ${config.os}/${config.architecture}; droplets run linux/amd64.`, [offered], {
      text: 'Choose an image, or a tag of it, that is built for linux/amd64.',
    })
  }
  if (inspection.kind === 'refused' && inspection.code === 'IMAGE_PLATFORM_MISSING')
    return fail('There is no build for linux/amd64, which droplets run.', [inspection.message], {
      text: 'Choose an image, or a tag of it, that is built for linux/amd64.',
    })
  return withoutImage(inspection)
}

export function imageSize(inspection: Inspection): Finding {
  if (inspection.kind !== 'image') return withoutImage(inspection)
  const { compressedBytes, layers } = inspection.image
  const largest = Math.max(0, ...layers.map((layer) => layer.size))
  const evidence = [
    `Download: ${readableBytes(compressedBytes)} in ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}`,
    `Largest layer: ${readableBytes(largest)}`,
  ]
  if (compressedBytes > LARGE_BYTES)
    return warn(`The download is ${readableBytes(compressedBytes)}: each first start takes long.`, evidence, {
      text: 'Choose a smaller variant of the image, often tagged slim or alpine.',
    })
  if (layers.length > MANY_LAYERS)
    return warn(`The image has ${layers.length} layers, which slows its start.`, evidence, {
      text: 'Ask its publisher for an image with fewer layers.',
    })
  return pass(`The download is ${readableBytes(compressedBytes)}.`, evidence)
}

export function imageMoved(
  content: TemplateContent,
  inspection: Inspection,
  before: { digest: string; at: Date } | null,
): Finding {
  if (inspection.kind !== 'image') return withoutImage(inspection)
  const { digest } = inspection.image
  if (content.config.image.includes('@sha256:')) return pass('A digest can’t move.')
  if (!before) return pass('This is the first look at this reference.', [`Now: ${digest}`])
  const evidence = [`${before.at.toISOString().slice(0, 10)}: ${before.digest}`, `Now: ${digest}`]
  if (before.digest === digest) return pass('It points at the same image as before.', [evidence[1] ?? ''])
  return warn(
    `The tag moved from ${shortDigest(before.digest)} to ${shortDigest(digest)} since the last look.`,
    evidence,
    {
      text: 'Look at what changed, then pin the image by its digest.',
      patch: setAt(['config', 'image'], `${content.config.image}@${digest}`),
    },
  )
}

/** What resolving a package led to. */
export type Resolved =
  | { kind: 'locked'; lock: PackageLock }
  | { kind: 'refused'; message: string }
  | { kind: 'not-tried'; reason: string; fix?: string }

export function packageLock(content: TemplateContent, resolved: Resolved): Finding {
  const source = content.config.package
  if (!source) return skipped('This template runs an image of its own.')
  if (resolved.kind === 'not-tried')
    return skipped(resolved.reason, [], resolved.fix === undefined ? null : { text: resolved.fix })
  if (resolved.kind === 'refused')
    return fail(`${source.identifier} ${source.version} can’t be installed.`, [resolved.message], {
      text: 'Choose another version of the package, or one that comes as an image.',
    })
  const { lock } = resolved
  const evidence = [`${source.registryType}: ${source.identifier} ${source.version}`, `Program: ${lock.program}`]
  const count = `${lock.packages} ${lock.packages === 1 ? 'package' : 'packages'}`
  const refused = lock.registryType === 'npm' ? lock.installScripts : []
  if (refused.length === 0) return pass(`${count} locked by hash.`, evidence)
  return fail(
    `${refused.length === 1 ? 'A dependency wants' : `${refused.length} dependencies want`} to run code while being installed.`,
    [...evidence, ...refused.map((name) => `Install script: ${name}`)],
    {
      text: 'Look at what these scripts do; allow them by name only when the server can’t do without.',
      patch: setAt(
        ['config', 'package', 'allowInstallScripts'],
        [...new Set([...source.allowInstallScripts, ...refused])],
      ),
    },
  )
}
