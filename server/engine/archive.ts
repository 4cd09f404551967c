/**
 * Small files into and out of the volumes of a container, as tar over Docker's archive calls. They work on a container
 * that never ran and on one that has ended, which no other call does.
 */
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import type Dockerode from 'dockerode'
import { extract, pack } from 'tar-stream'
import { BerthError } from '#server/errors.ts'
import { type Call, orMissing, READ_MS, WRITE_MS } from './call.ts'
import { checkName } from './names.ts'
import type { Engine, FileToPut } from './port.ts'

/** Nothing that is put in or read is larger: these are manifests and lists, no data. */
const PUT_BYTES_MAX = 32 * 2 ** 20
const FILE_MODE = 0o644
const FOLDER_MODE = 0o755
/** tar pads a file to blocks of 512 bytes and ends with two empty ones. */
const TAR_OVERHEAD_BYTES = 8 * 1024

export function createArchives(calls: Dockerode, call: Call): Pick<Engine, 'putFiles' | 'readFile'> {
  return {
    async putFiles(nameOrId, dir, files, o = {}) {
      const folder = checkPath(dir)
      const tar = await tarOf(files)
      await call('take files', WRITE_MS, o, (abortSignal) =>
        calls.getContainer(checkName(nameOrId)).putArchive(tar, { path: folder, abortSignal }),
      )
    },

    async readFile(nameOrId, file, { bytesMax, ...o }) {
      const wanted = checkPath(file)
      return await call('give a file', READ_MS, o, async (abortSignal) => {
        const container = calls.getContainer(checkName(nameOrId))
        const tar = await orMissing(container.getArchive({ path: wanted, abortSignal }))
        return tar && (await onlyFile(tar, wanted, bytesMax))
      })
    },
  }
}

async function tarOf(files: FileToPut[]): Promise<Buffer> {
  const tar = pack()
  let bytes = 0
  for (const { path: name, content, mode } of files) {
    if (name === '.' || name === '') throw new BerthError('INVALID_INPUT', 'A file needs a name.', { field: 'path' })
    checkPath(`/${name}`)
    bytes += content?.length ?? 0
    if (bytes > PUT_BYTES_MAX) throw new BerthError('INVALID_INPUT', 'These files are too large.', { field: 'files' })
    if (content === null) tar.entry({ name: `${name}/`, type: 'directory', mode: mode ?? FOLDER_MODE })
    else tar.entry({ name, mode: mode ?? FILE_MODE }, content)
  }
  tar.finalize()
  return await buffer(tar)
}

/** What a container wrote is not to be trusted: not its kind, not its size. */
async function onlyFile(tar: NodeJS.ReadableStream, file: string, bytesMax: number): Promise<string> {
  const refused = (why: string) => new BerthError('ENGINE_REJECTED', `${file} in the container ${why}.`)
  const entries = extract()
  let bytes = 0
  const bounded = Readable.from(
    (async function* () {
      for await (const chunk of tar) {
        bytes += chunk.length
        if (bytes > bytesMax + TAR_OVERHEAD_BYTES) throw refused(`is larger than ${bytesMax} bytes`)
        yield chunk
      }
    })(),
  )
  bounded.on('error', (error) => entries.destroy(error))
  bounded.pipe(entries)
  for await (const entry of entries) {
    if (entry.header.type !== 'file') throw refused('is no file')
    if ((entry.header.size ?? 0) > bytesMax) throw refused(`is larger than ${bytesMax} bytes`)
    return await text(entry)
  }
  throw refused('is no file')
}

function checkPath(target: string): string {
  const plain = /^\/[\w\-.@+/]*$/.test(target) && target.length <= 400 && path.posix.normalize(target) === target
  if (plain) return target
  throw new BerthError('INVALID_INPUT', 'This is not the path of a file in a container.', { field: 'path' })
}
