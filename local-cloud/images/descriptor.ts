/**
 * What an image of the local cloud holds, said once for both drivers: the `process` registry makes a small OCI image of
 * it whose packages come from this checkout's node_modules, the `host` builder makes a whole Docker image.
 *
 * Inside the image, paths are the same in both: the working folder is `/app`, npm packages are below
 * `/app/node_modules`, and a source folder is copied to `/app/src`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'

export const APP_DIR = '/app'

export const imageDescriptor = z.strictObject({
  /** Repository name in the registry, e.g. `mcp/everything`. */
  name: z.string().regex(/^[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/),
  /** Tags; the version of the first package when absent. `latest` is always added. */
  tags: z.array(z.string().regex(/^\w[\w.-]{0,127}$/)).optional(),
  description: z.string().default(''),
  /** npm packages that the server needs; versions are those installed in this checkout. */
  packages: z.array(z.string()).default([]),
  /** Folder of source files, relative to the descriptor; copied to `/app/src`. */
  source: z.string().optional(),
  /** Empty leaves the whole command to whoever starts a container. */
  entrypoint: z.array(z.string()),
  cmd: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  /** TCP port that the server listens on inside its container. */
  exposedPort: z.int().min(1).max(65_535).optional(),
  /** The variable that tells the server its port; needed by the `process` driver, whose containers share one host. */
  portVariable: z.string().default('PORT'),
  /** Paths that hold data (Docker `VOLUME`). */
  volumes: z.array(z.string().startsWith('/')).default([]),
  user: z.string().default('1000:1000'),
  /** What the image holds of this machine besides Node.js; only the `host` driver builds it, with the libraries it needs. */
  machine: z
    .strictObject({
      programs: z.array(z.string().startsWith('/')).default([]),
      folders: z.array(z.string().startsWith('/')).default([]),
    })
    .default({ programs: [], folders: [] }),
})

export interface Image extends z.infer<typeof imageDescriptor> {
  tags: string[]
  /** Resolved source folder. */
  sourceDir: string | null
  /** Package → installed version. */
  versions: Record<string, string>
}

/** The five built-in servers, and the runner of npm packages. */
export const BUILT_IN_IMAGES = path.join(import.meta.dirname, 'descriptors')

/** This checkout: its `node_modules` holds the packages. */
export const CHECKOUT = path.resolve(import.meta.dirname, '../..')

/** Reads every `*.json` of a folder as a descriptor, in the order of names. @throws with the file's name */
export function loadImages(dir: string): Image[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      try {
        return loadImage(path.join(dir, file))
      } catch (error) {
        throw new Error(`image descriptor ${path.join(dir, file)}: ${error instanceof Error ? error.message : error}`)
      }
    })
}

function loadImage(file: string): Image {
  const descriptor = imageDescriptor.parse(JSON.parse(readFileSync(file, 'utf8')))
  const versions = Object.fromEntries(descriptor.packages.map((name) => [name, installedVersion(name)]))
  const version = descriptor.packages[0] ? versions[descriptor.packages[0]] : undefined
  const tags = new Set([...(descriptor.tags ?? (version ? [version] : [])), 'latest'])
  const sourceDir = descriptor.source ? path.resolve(path.dirname(file), descriptor.source) : null
  return { ...descriptor, tags: [...tags], sourceDir, versions }
}

function installedVersion(name: string): string {
  const manifest: unknown = createRequire(path.join(CHECKOUT, 'package.json'))(
    path.join(CHECKOUT, 'node_modules', name, 'package.json'),
  )
  return z.object({ version: z.string() }).parse(manifest).version
}
