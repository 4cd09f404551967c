/**
 * Layers of an image as reproducible tar files: the same input gives the same digest, whoever builds it and when.
 * They are not compressed: registry and droplets are on one machine, where unpacking costs more than copying.
 */
import { createHash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  type Dirent,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Header, type Pack, pack } from 'tar-stream'
import { APP_DIR, CHECKOUT, type Image } from '#local-cloud/images/descriptor.ts'
import { packageJson } from '#local-cloud/registry/build.ts'
import { run } from '../run.ts'
import { productionClosure } from './closure.ts'

/** A layer that is not compressed has one digest: that of its blob is also the image's `diff_id`. */
export interface Layer {
  digest: string
  size: number
}

/** What only a compiler or a debugger reads: Node runs no TypeScript below node_modules. */
const NOT_AT_RUN_TIME = /\.([cm]?tsx?|map)$/
/** A stream for each of thousands of small files takes five times as long. */
const READ_AT_ONCE_BYTES = 1 << 20
const PASSWD = 'root:x:0:0:root:/root:/usr/sbin/nologin\nnode:x:1000:1000:node:/home/node:/usr/sbin/nologin\n'
const GROUP = 'root:x:0:\nnode:x:1000:\n'

/** Node.js and the libraries that it is linked to; every image shares it. */
export async function runtimeLayer(file: string): Promise<Layer> {
  const node = process.execPath
  const libraries = await linkedLibraries(node)
  return await writeLayer(file, async (tar) => {
    tar.directory('etc')
    await tar.text('etc/passwd', PASSWD)
    await tar.text('etc/group', GROUP)
    tar.directory('home')
    tar.directory('home/node', { uid: 1000, mode: 0o750 })
    tar.directory('root', { mode: 0o700 })
    tar.directory('tmp', { mode: 0o1777 })
    await tar.file('usr/local/bin/node', node, 0o755)
    for (const library of libraries) await tar.file(library.slice(1), library, 0o755)
  })
}

/** One image's packages, source and data folders. */
export async function appLayer(file: string, image: Image): Promise<Layer> {
  const app = APP_DIR.slice(1)
  return await writeLayer(file, async (tar) => {
    tar.directory(app)
    await tar.text(`${app}/package.json`, packageJson(image))
    for (const folder of productionClosure(CHECKOUT, image.packages))
      await tar.tree(path.posix.join(app, folder), path.join(CHECKOUT, folder), NOT_AT_RUN_TIME)
    if (image.sourceDir) await tar.tree(`${app}/src`, image.sourceDir)
    await addMachine(tar, image.machine)
    // A new named volume takes owner and mode of the folder it covers.
    for (const volume of image.volumes) tar.directory(volume.slice(1), { uid: 1000 })
  })
}

/** Programs and folders as they are here, and every library that one of their files is linked to. */
async function addMachine(tar: LayerWriter, { programs, folders }: Image['machine']): Promise<void> {
  const modules = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.so'))
      .map((entry) => path.join(entry.parentPath, entry.name)),
  )
  const libraries = new Set<string>()
  for (const program of programs) for (const one of await linkedLibraries(program)) libraries.add(one)
  // A module may need nothing but the program that loads it.
  for (const module of modules) for (const one of await namedByLdd(module)) libraries.add(one)
  for (const library of [...libraries].sort()) await tar.file(library.slice(1), library, 0o755)
  for (const program of programs) await tar.file(program.slice(1), realpathSync(program), 0o755)
  for (const folder of folders) await tar.tree(folder.slice(1), folder)
}

/** The files that the dynamic loader maps for a program, the loader itself among them. */
async function linkedLibraries(program: string): Promise<string[]> {
  const files = await namedByLdd(program)
  if (files.length === 0) throw new Error(`ldd names no libraries of ${program}: is it a static or foreign binary?`)
  return files
}

async function namedByLdd(file: string): Promise<string[]> {
  const text = await run('ldd', [file])
  return [...new Set(text.split('\n').flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []))].sort()
}

interface LayerWriter {
  directory(name: string, owner?: { uid?: number; mode?: number }): void
  text(name: string, content: string | Buffer): Promise<void>
  file(name: string, source: string, mode: number): Promise<void>
  /** @param without names of files to leave out */
  tree(name: string, source: string, without?: RegExp): Promise<void>
}

async function writeLayer(file: string, fill: (tar: LayerWriter) => Promise<void>): Promise<Layer> {
  const tar = pack()
  const hash = createHash('sha256')
  const digest = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const written = pipeline(tar, digest, createWriteStream(file))
  // Awaited below; a failure while filling must not count as unhandled meanwhile.
  written.catch(() => {})
  try {
    await fill(layerWriter(tar))
    tar.finalize()
  } catch (error) {
    tar.destroy()
    throw error
  }
  await written
  return { digest: `sha256:${hash.digest('hex')}`, size: statSync(file).size }
}

function layerWriter(tar: Pack): LayerWriter {
  const made = new Set<string>()
  const common = { mtime: new Date(0), uname: '', gname: '' }

  function directory(name: string, { uid = 0, mode = 0o755 }: { uid?: number; mode?: number } = {}): void {
    if (name === '.' || made.has(name)) return
    directory(path.posix.dirname(name))
    made.add(name)
    tar.entry({ ...common, name: `${name}/`, type: 'directory', uid, gid: uid, mode })
  }

  function content(header: Pick<Header, 'name' | 'mode'>, bytes: Buffer | string): Promise<void> {
    directory(path.posix.dirname(header.name))
    return new Promise((resolve, reject) => {
      tar.entry({ ...common, uid: 0, gid: 0, ...header }, bytes, (error) => (error ? reject(error) : resolve()))
    })
  }

  async function file(name: string, source: string, mode: number): Promise<void> {
    const { size } = statSync(source)
    if (size <= READ_AT_ONCE_BYTES) return await content({ name, mode }, readFileSync(source))
    directory(path.posix.dirname(name))
    await pipeline(createReadStream(source), tar.entry({ ...common, name, size, uid: 0, gid: 0, mode }))
  }

  async function tree(name: string, source: string, without?: RegExp): Promise<void> {
    directory(name)
    const entries = readdirSync(source, { withFileTypes: true }).sort((a: Dirent, b: Dirent) =>
      a.name < b.name ? -1 : 1,
    )
    for (const entry of entries) {
      const from = path.join(source, entry.name)
      const to = path.posix.join(name, entry.name)
      // Packages below a package are members of the closure in their own right.
      if (entry.isDirectory() && entry.name !== 'node_modules') await tree(to, from, without)
      else if (entry.isFile() && !without?.test(entry.name))
        await file(to, from, lstatSync(from).mode & 0o111 ? 0o755 : 0o644)
    }
  }

  return {
    directory,
    file,
    tree,
    text: (name, text) => content({ name, mode: 0o644 }, text),
  }
}
