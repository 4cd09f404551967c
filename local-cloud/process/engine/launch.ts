/**
 * Turns "this argv in that container" into a process of this machine. Paths of the container are mapped to folders of
 * the droplet: in every argument and variable that is, or lies below, a mounted path.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { APP_DIR, CHECKOUT } from '#local-cloud/images/descriptor.ts'
import { LABEL_PORT_VARIABLE } from '#local-cloud/registry/build.ts'
import { remember } from '../reaper.ts'
import type { EngineContext } from './context.ts'
import { EngineError } from './errors.ts'
import type { StoredContainer } from './state.ts'

const GUARD = fileURLToPath(new URL('../guard.mjs', import.meta.url))
/** Would widen what `--permission` allows, or load code around it. */
const REFUSED_VARIABLES = ['NODE_OPTIONS', 'LD_PRELOAD', 'DYLD_INSERT_LIBRARIES']

/** The program is not in the image: Docker's wording, status 127 inside the container. */
export class ExecutableMissing extends EngineError {
  constructor(program: string) {
    super(400, `failed to create task for container: exec: "${program}": executable file not found in $PATH: unknown`)
  }
}

interface Folder {
  inside: string
  outside: string
  writable: boolean
}

/** Starts a process that leads its own group; fd 3 is the lifeline of `guard.mjs`. @throws ExecutableMissing */
export function launch(
  ctx: EngineContext,
  container: StoredContainer,
  argv: string[],
  extra: { env?: string[]; openStdin: boolean; hostPort: number | null },
): { child: ChildProcess; forget: () => void } {
  const [program = '', ...rest] = argv
  if (path.posix.basename(program) !== 'node' || !/^(node|\/usr\/(local\/)?bin\/node)$/.test(program))
    throw new ExecutableMissing(program)
  if (rest[0]?.startsWith('-')) throw new EngineError(400, 'options of node itself are not supported by this engine')
  const folders = foldersOf(ctx, container)
  const map = (text: string) => mapPath(folders, text)
  const home = ctx.paths.container(container.id)
  const env: Record<string, string> = {}
  for (const entry of [...container.config.Env, ...(extra.env ?? [])]) {
    const equals = entry.indexOf('=')
    env[entry.slice(0, equals)] = map(entry.slice(equals + 1))
  }
  for (const name of REFUSED_VARIABLES) delete env[name]
  env.PATH ??= '/usr/local/bin:/usr/bin:/bin'
  env.HOME = path.join(home, 'home')
  env.TMPDIR = path.join(home, 'tmp')
  const portVariable = container.config.Labels[LABEL_PORT_VARIABLE]
  if (extra.hostPort && portVariable) env[portVariable] = String(extra.hostPort)
  const child = spawn(
    process.execPath,
    [...permissions(ctx, container, folders), '--import', GUARD, ...rest.map(map)],
    {
      // Next's types want NODE_ENV in every environment; this one is the container's own.
      env: env as NodeJS.ProcessEnv,
      cwd:
        map(container.config.WorkingDir) === container.config.WorkingDir ? env.HOME : map(container.config.WorkingDir),
      stdio: [extra.openStdin ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    },
  )
  // An error event without a listener would end the local cloud; `close` follows and ends the container.
  for (const stream of [child.stdin, child.stdout, child.stderr, child.stdio[3]]) stream?.on('error', () => {})
  const forget = child.pid ? remember(ctx.paths.processes, child.pid) : () => {}
  return { child, forget }
}

function foldersOf(ctx: EngineContext, container: StoredContainer): Folder[] {
  const home = ctx.paths.container(container.id)
  const rootWritable = !container.hostConfig.ReadonlyRootfs
  const folders: Folder[] = [
    ...container.mounts.map((m) => ({ inside: m.path, outside: m.source, writable: !m.readOnly })),
    ...container.tmpfs.map((inside) => {
      const outside = inside === '/tmp' ? path.join(home, 'tmp') : path.join(home, 'tmpfs', inside.replaceAll('/', '_'))
      mkdirSync(outside, { recursive: true })
      return { inside, outside, writable: true }
    }),
    { inside: '/tmp', outside: path.join(home, 'tmp'), writable: rootWritable },
    { inside: '/root', outside: path.join(home, 'home'), writable: rootWritable },
    { inside: APP_DIR, outside: path.join(ctx.paths.image(container.imageId), 'app'), writable: false },
  ]
  // The first of two folders with the same path wins, the longest path is tried first.
  const unique = folders.filter((folder, at) => folders.findIndex((other) => other.inside === folder.inside) === at)
  return unique.sort((a, b) => b.inside.length - a.inside.length)
}

export function mapPath(folders: { inside: string; outside: string }[], text: string): string {
  for (const { inside, outside } of folders)
    if (text === inside || text.startsWith(`${inside}/`)) return outside + text.slice(inside.length)
  return text
}

function permissions(ctx: EngineContext, container: StoredContainer, folders: Folder[]): string[] {
  const home = ctx.paths.container(container.id)
  const packages = path.join(CHECKOUT, 'node_modules')
  const readable = [packages, realpathSync(packages), path.join(home, 'home'), path.join(home, 'tmp')]
  // Without the separator only the folder itself is meant, with it everything below.
  const both = (flag: string) => (dir: string) => [`${flag}=${dir}`, `${flag}=${dir}${path.sep}`]
  return [
    '--permission',
    // Node 25 and later hold back the network too unless told.
    ...(process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : []),
    `--allow-fs-read=${GUARD}`,
    ...[...new Set([...readable, ...folders.map((f) => f.outside)])].flatMap(both('--allow-fs-read')),
    ...folders.filter((folder) => folder.writable).flatMap((folder) => both('--allow-fs-write')(folder.outside)),
  ]
}
