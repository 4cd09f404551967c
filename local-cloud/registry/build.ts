/**
 * Makes an OCI image of a descriptor: one uncompressed tar layer, a config and a manifest. The bytes depend on nothing
 * but the descriptor, the source files and the installed versions, so digests stay the same across restarts.
 * npm packages are not in the layer: the `process` engine takes them from this checkout (`LABEL_PACKAGES` says which).
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type Pack, pack } from 'tar-stream'
import { APP_DIR, type Image } from '#local-cloud/images/descriptor.ts'

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
export const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'
export const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar'
/** Space-separated `name@version`. */
export const LABEL_PACKAGES = 'local-cloud.packages'
/** The variable by which the server is told its port. */
export const LABEL_PORT_VARIABLE = 'local-cloud.port-variable'

/** Nothing in an image may say when it was built. */
const EPOCH = new Date('2026-01-01T00:00:00Z')
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64', arm: 'arm', ia32: '386' }

export interface Blob {
  digest: string
  mediaType: string
  content: Buffer
}

export interface BuiltImage {
  name: string
  tags: string[]
  manifest: Blob
  config: Blob
  layer: Blob
}

export function sha256(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

export async function buildImage(image: Image): Promise<BuiltImage> {
  const layer = blob(LAYER_TYPE, await layerTar(image))
  const config = blob(CONFIG_TYPE, json(imageConfig(image, [layer.digest])))
  const descriptor = (b: Blob) => ({ mediaType: b.mediaType, digest: b.digest, size: b.content.length })
  const manifest = blob(
    MANIFEST_TYPE,
    json({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config: descriptor(config), layers: [descriptor(layer)] }),
  )
  return { name: image.name, tags: image.tags, manifest, config, layer }
}

function blob(mediaType: string, content: Buffer): Blob {
  return { mediaType, content, digest: sha256(content) }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

/** @param diffIds digests of the uncompressed layers, the lowest first */
export function imageConfig(image: Image, diffIds: string[]) {
  const created = EPOCH.toISOString()
  return {
    created,
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: 'linux',
    config: {
      User: image.user,
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', ...Object.entries(image.env).map(([key, value]) => `${key}=${value}`)],
      Entrypoint: image.entrypoint,
      Cmd: image.cmd,
      WorkingDir: APP_DIR,
      ...(image.exposedPort ? { ExposedPorts: { [`${image.exposedPort}/tcp`]: {} } } : {}),
      ...(image.volumes.length > 0 ? { Volumes: Object.fromEntries(image.volumes.map((volume) => [volume, {}])) } : {}),
      Labels: {
        'org.opencontainers.image.title': image.name,
        'org.opencontainers.image.description': image.description,
        [LABEL_PACKAGES]: Object.entries(image.versions)
          .map(([name, version]) => `${name}@${version}`)
          .join(' '),
        [LABEL_PORT_VARIABLE]: image.portVariable,
      },
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map(() => ({ created, created_by: 'local-cloud' })),
  }
}

/** The `package.json` of `/app`: source files are ES modules, and the packages are named with their versions. */
export function packageJson(image: Image): Buffer {
  return json({
    name: image.name.replaceAll('/', '-'),
    private: true,
    type: 'module',
    dependencies: image.versions,
  })
}

async function layerTar(image: Image): Promise<Buffer> {
  const tar = pack()
  addFolder(tar, 'app/')
  addFile(tar, 'app/package.json', packageJson(image), 0o644)
  if (image.sourceDir) {
    addFolder(tar, 'app/src/')
    addTree(tar, image.sourceDir, 'app/src')
  }
  tar.finalize()
  return buffer(tar)
}

function addTree(tar: Pack, dir: string, inside: string): void {
  for (const entry of readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
    const from = path.join(dir, entry.name)
    const to = `${inside}/${entry.name}`
    if (entry.isDirectory()) {
      addFolder(tar, `${to}/`)
      addTree(tar, from, to)
    } else if (entry.isFile()) addFile(tar, to, readFileSync(from), 0o644)
  }
}

function addFolder(tar: Pack, name: string): void {
  tar.entry({ name, type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: EPOCH })
}

function addFile(tar: Pack, name: string, content: Buffer, mode: number): void {
  tar.entry({ name, mode, uid: 0, gid: 0, mtime: EPOCH }, content)
}
