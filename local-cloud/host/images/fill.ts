/**
 * Fills a registry with the images of the descriptors, each made of two layers and no base image: Node.js with the
 * libraries it is linked to (shared by all), and the server with its packages. What is there and unchanged is left
 * alone, so a second start builds nothing.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { type Image, loadImages } from '#local-cloud/images/descriptor.ts'
import { CONFIG_TYPE, imageConfig, LAYER_TYPE, sha256 } from '#local-cloud/registry/build.ts'
import { appLayer, type Layer, runtimeLayer } from './layer.ts'
import { type Descriptor, hasManifest, pushBlob, pushManifest } from './push.ts'

/** Raise it when the same descriptor would be built differently. */
const BUILD_VERSION = 2

const layer = z.object({ digest: z.string(), size: z.int() })
/** What was built from what, so that nothing is built twice. */
const filledFile = z.object({
  runtime: z.object({ key: z.string(), layer }),
  images: z.record(z.string(), z.object({ key: z.string(), digest: z.string() })),
})
type Filled = z.infer<typeof filledFile>

export interface FillOptions {
  /** `http://host:port` of a registry that accepts pushes. */
  registry: string
  imageDirs: string[]
  /** Remembers across starts what is in the registry. */
  file: string
  workDir: string
  log: (line: string) => void
}

const runtimeKey = () =>
  key({ BUILD_VERSION, node: process.version, arch: process.arch, size: statSync(process.execPath).size })

/** @returns false when all images of an earlier start hold another Node.js, and none of them is of use any more */
export const hasRuntime = (file: string): boolean => readFilled(file)?.runtime.key === runtimeKey()

/** @returns true when nothing needs to be built; read before the registry runs */
export function isFilled(options: Pick<FillOptions, 'imageDirs' | 'file'>): boolean {
  const filled = readFilled(options.file)
  return hasRuntime(options.file) && images(options.imageDirs).every((i) => filled?.images[i.name]?.key === imageKey(i))
}

export async function fillRegistry(options: FillOptions): Promise<void> {
  const { registry, file, workDir, log } = options
  rmSync(workDir, { recursive: true, force: true })
  mkdirSync(workDir, { recursive: true })
  try {
    const before = readFilled(file)
    let runtimeFile: string | null = null
    const buildRuntime = async () => {
      runtimeFile = path.join(workDir, 'runtime.tar')
      return await runtimeLayer(runtimeFile)
    }
    const known = before?.runtime.key === runtimeKey() ? before : null
    const runtime = known?.runtime.layer ?? (await buildRuntime())
    const filled: Filled = { runtime: { key: runtimeKey(), layer: runtime }, images: { ...known?.images } }
    let holder = Object.keys(known?.images ?? {})[0]
    for (const image of images(options.imageDirs)) {
      const had = filled.images[image.name]
      if (had?.key === imageKey(image) && (await hasManifest(registry, image.name, had.digest))) continue
      // A repository of an earlier start gives the shared layer; without one it is built.
      if (!holder && !runtimeFile) await buildRuntime()
      const source = runtimeFile ?? ''
      const digest = await buildImage(image, runtime, { registry, workDir, runtimeFile: source, holder })
      filled.images[image.name] = { key: imageKey(image), digest }
      holder ??= image.name
      writeFileSync(file, JSON.stringify(filled))
      log(`built image ${image.name}:${image.tags[0]}`)
    }
  } finally {
    rmSync(workDir, { recursive: true, force: true })
  }
}

interface BuildOptions {
  registry: string
  workDir: string
  runtimeFile: string
  holder: string | undefined
}

async function buildImage(image: Image, runtime: Layer, options: BuildOptions): Promise<string> {
  const { registry, workDir, runtimeFile, holder } = options
  const appFile = path.join(workDir, 'app.tar')
  const app = await appLayer(appFile, image)
  await pushBlob(registry, image.name, runtime.digest, { file: runtimeFile }, holder)
  await pushBlob(registry, image.name, app.digest, { file: appFile })
  const config = JSON.stringify(imageConfig(image, [runtime.digest, app.digest]))
  await pushBlob(registry, image.name, sha256(config), { text: config })
  const descriptor = (made: Layer): Descriptor => ({ mediaType: LAYER_TYPE, ...made })
  return await pushManifest(registry, image.name, image.tags, {
    config: { mediaType: CONFIG_TYPE, digest: sha256(config), size: Buffer.byteLength(config) },
    layers: [runtime, app].map(descriptor),
  })
}

const images = (dirs: string[]) => dirs.flatMap(loadImages)

const key = (input: unknown) => createHash('sha256').update(JSON.stringify(input)).digest('hex')

/** Changes whenever the image would: configuration, tags, versions of its packages, content of its source folder. */
const imageKey = ({ sourceDir, ...image }: Image): string =>
  key({
    config: imageConfig({ ...image, sourceDir }, []),
    tags: image.tags,
    volumes: image.volumes,
    machine: image.machine,
    source: sourceDir ? sourceFiles(sourceDir) : [],
  })

const sourceFiles = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [path.relative(dir, file), sha256(readFileSync(file))])

/** A missing or damaged file only means that everything is built again. */
function readFilled(file: string): Filled | null {
  try {
    return filledFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}
