/** Images: what an engine holds, and pulling one with progress. */
import { isDeepStrictEqual } from 'node:util'
import type Dockerode from 'dockerode'
import { BerthError } from '#server/errors.ts'
import type { Credentials } from '#server/registry/port.ts'
import { DOCKER_HUB } from '#server/registry/reference.ts'
import { Lost, statusOf } from './failure.ts'
import { parseReference } from './names.ts'
import type { ImageInfo, PullProgress } from './port.ts'

/** What Docker calls Docker Hub where it signs in. */
const HUB_ADDRESS = 'https://index.docker.io/v1/'

/** One line of `POST /images/create`. */
interface PullLine {
  status?: string
  id?: string
  progressDetail?: { current?: number; total?: number }
  error?: string
  errorDetail?: { message?: string }
}

/** A line longer than this is no progress report. */
const LINE_BYTES_MAX = 1 << 20
const PROGRESS_EVERY_MS = 100

export function imageInfo(found: Dockerode.ImageInspectInfo, reference: string): ImageInfo {
  const entrypoint = found.Config.Entrypoint ?? []
  return {
    id: found.Id,
    digest: digestOf(found.RepoDigests ?? [], reference),
    sizeBytes: found.Size,
    entrypoint: typeof entrypoint === 'string' ? [entrypoint] : entrypoint,
    cmd: found.Config.Cmd ?? [],
    env: found.Config.Env ?? [],
    user: found.Config.User ?? '',
  }
}

/** An image can have been pulled from several repositories; only the digest of the asked one counts. */
function digestOf(repoDigests: string[], reference: string): string | null {
  if (reference.startsWith('sha256:')) return repoDigests[0]?.split('@')[1] ?? null
  const wanted = parseReference(reference)
  const own = repoDigests
    .map((entry) => entry.split('@', 2))
    .filter(([name = '']) => isRepository(name, wanted.repository))
    .map(([, digest]) => digest ?? '')
  if (wanted.digest) return own.find((digest) => digest === wanted.digest) ?? null
  // The newest comes last where a tag has moved.
  return own.at(-1) ?? null
}

/** Engines call Docker Hub's repositories by their short names, and a deleted one `<none>`. */
function isRepository(name: string, repository: string): boolean {
  try {
    return parseReference(name).repository === repository
  } catch {
    return false
  }
}

/** Asks the engine to pull; settles when it has. */
export async function pullImage(
  docker: Dockerode,
  reference: string,
  o: { signal: AbortSignal; onProgress?: (p: PullProgress) => void; auth?: Credentials },
): Promise<void> {
  const { registry, repository, tag, digest } = parseReference(reference)
  let stream: NodeJS.ReadableStream
  try {
    // With a digest the tag says nothing more, and some registries have moved it on.
    const wanted = { fromImage: repository, tag: digest ?? tag ?? 'latest', abortSignal: o.signal }
    // A header of this one request (I6): the engine keeps no credentials, and the URL holds none.
    const authconfig = o.auth && { ...o.auth, serveraddress: registry === DOCKER_HUB ? HUB_ADDRESS : registry }
    stream = await docker.createImage({ ...wanted, ...(authconfig && { authconfig }) })
  } catch (error) {
    throw statusOf(error) === null ? error : pullError(reference, statusOf(error), (error as Error).message)
  }
  const progress = createProgress(o.onProgress)
  let ended = false
  let rest = ''
  const onLine = (text: string) => {
    if (text.trim() === '') return
    const line = JSON.parse(text) as PullLine
    const failure = line.errorDetail?.message ?? line.error
    if (failure) throw pullError(reference, null, failure)
    progress.line(line)
    ended = true
  }
  for await (const chunk of stream) {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LINE_BYTES_MAX) throw new BerthError('IMAGE_PULL_FAILED', 'The pull of the image went wrong.')
    for (const line of lines) onLine(line)
  }
  onLine(rest)
  if (!ended) throw new Lost('the pull ended without a word')
  progress.end()
}

/** The engine passes the registry's answer on as text; these are the code names of the OCI distribution spec in it. */
const ABSENT = /manifest unknown|name unknown|not found|repository does not exist|pull access denied|no such image/i

function pullError(reference: string, status: number | null, told: string): BerthError {
  const message = told
    .replace(/^\(HTTP code \d+\) [^-]* - /, '')
    .trim()
    .slice(0, 500)
  return status === 404 || ABSENT.test(message)
    ? new BerthError('IMAGE_NOT_FOUND', `There is no image ${reference}: ${message}`)
    : new BerthError('IMAGE_PULL_FAILED', `The image ${reference} could not be pulled: ${message}`)
}

function createProgress(report: ((p: PullProgress) => void) | undefined) {
  const layers = new Map<string, { current: number; total: number; done: boolean }>()
  let reportedAt = Number.NEGATIVE_INFINITY
  let reported: PullProgress | null = null
  const sum = (): PullProgress => {
    const all = [...layers.values()]
    return {
      currentBytes: all.reduce((bytes, l) => bytes + l.current, 0),
      totalBytes: all.reduce((bytes, l) => bytes + l.total, 0),
      layersDone: all.filter((l) => l.done).length,
      layersTotal: all.length,
    }
  }
  return {
    line({ id, status = '', progressDetail = {} }: PullLine) {
      // Lines with an id that is a tag ("latest: Pulling from …") tell of no layer.
      if (!report || !id || status.startsWith('Pulling from')) return
      const layer = layers.get(id) ?? { current: 0, total: 0, done: false }
      layers.set(id, layer)
      if (status === 'Downloading') {
        layer.current = progressDetail.current ?? layer.current
        layer.total = Math.max(layer.total, progressDetail.total ?? 0)
      }
      if (status === 'Download complete') layer.current = layer.total
      if (status === 'Pull complete' || status === 'Already exists') {
        layer.current = layer.total
        layer.done = true
      }
      const now = performance.now()
      const progress = sum()
      if (isDeepStrictEqual(progress, reported)) return
      if (progress.layersDone === reported?.layersDone && now - reportedAt < PROGRESS_EVERY_MS) return
      reportedAt = now
      reported = progress
      report(progress)
    },
    end() {
      const progress = sum()
      if (!isDeepStrictEqual(progress, reported)) report?.(progress)
    },
  }
}
