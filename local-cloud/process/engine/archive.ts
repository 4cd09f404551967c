/** `PUT` and `GET /containers/{id}/archive`: files as tar into and out of the volumes of a container. */
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { extract, pack } from 'tar-stream'
import { EngineError, notFound } from './errors.ts'
import type { Mount, StoredContainer } from './state.ts'

interface Place {
  mount: Mount
  /** In the folder of the volume; exists. */
  file: string
}

export async function putArchive(container: StoredContainer, inside: string, request: IncomingMessage): Promise<void> {
  const { mount, file: dir } = locate(container, inside)
  if (mount.readOnly) throw new EngineError(403, 'mounted volume is marked read-only')
  if (!lstatSync(dir).isDirectory()) throw new EngineError(400, 'extraction point is not a directory')
  const entries = request.pipe(extract())
  for await (const entry of entries) {
    const { name, type, mode } = entry.header
    const file = path.join(dir, name).replace(/\/$/, '')
    if (file !== dir && !file.startsWith(`${dir}${path.sep}`))
      throw new EngineError(400, `archive entry outside its folder: ${name}`)
    if (type === 'directory') {
      mkdirSync(file, { recursive: true })
      entry.resume()
    } else if (type === 'file') {
      const content = await buffer(entry)
      // In place of what is there, also where that is a link.
      rmSync(file, { recursive: true, force: true })
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, content)
    } else throw new EngineError(400, `archive entry of type ${type} is not supported by this engine`)
    if (mode !== undefined) chmodSync(file, mode)
  }
}

export function getArchive(container: StoredContainer, inside: string, response: ServerResponse): void {
  const { file } = locate(container, inside)
  if (!lstatSync(file).isFile()) throw new EngineError(400, 'only single files are given out by this engine')
  response.writeHead(200, { 'content-type': 'application/x-tar' })
  const tar = pack()
  tar.pipe(response)
  tar.entry({ name: path.basename(file) }, readFileSync(file))
  tar.finalize()
}

/** @throws EngineError 404 for what is not there, 403 for a path that lies below no volume */
function locate(container: StoredContainer, inside: string): Place {
  const plain = path.posix.normalize(inside).replace(/(?<=.)\/$/, '')
  const mount = container.mounts
    .filter((one) => plain === one.path || plain.startsWith(`${one.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0]
  if (!mount) throw new EngineError(403, 'container rootfs is marked read-only')
  const root = realpathSync(mount.source)
  const file = path.join(root, plain.slice(mount.path.length))
  const missing = () => notFound(`Could not find the file ${inside} in container ${container.id}`)
  if (!existsSync(file)) throw missing()
  // A link made inside must not lead out of the volume.
  const real = realpathSync(file)
  if (real !== root && !real.startsWith(`${root}${path.sep}`)) throw missing()
  return { mount, file: real }
}
