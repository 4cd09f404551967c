/** The Docker Engine of one droplet as `port.ts` describes it, over agents that lead there. */
import type { Agent } from 'node:http'
import { Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { BerthError } from '#server/errors.ts'
import { createArchives } from './archive.ts'
import { createCall, orDone, orMissing, READ_MS, refuseForeign, WRITE_MS } from './call.ts'
import { containerBody, containerInfo } from './container-body.ts'
import { inBody } from './docker.ts'
import { statusOf } from './failure.ts'
import { imageInfo, pullImage } from './image.ts'
import { readLog, sinceParameter } from './log-lines.ts'
import { checkImage, checkLabelFilter, checkName, checkNetwork, checkPort, parseReference } from './names.ts'
import type { CallOptions, ContainerInfo, Engine, ImageInfo, LogLine, RemoteCommand, VolumeInfo } from './port.ts'
import { createProcesses } from './process.ts'
import { containerStats } from './stats.ts'

/** A gigabyte at 2 MB/s. */
const PULL_MS = 10 * 60_000
const STOP_GRACE_SECONDS = 10

export interface EngineParts {
  /** Short calls. */
  calls: Dockerode
  /** Calls that hold their connection for long: pulls, logs, streams of a process. */
  streams: Dockerode
  command: (command: RemoteCommand) => Promise<string>
  agentFor: (hostPort: number) => Agent
  /** Keeps the SSH connection from being dropped as idle until the returned function is called. */
  hold: () => () => void
}

export function createEngine(parts: EngineParts): Engine {
  const { calls, streams } = parts
  const call = createCall(parts.hold)

  async function container(nameOrId: string, o: CallOptions = {}): Promise<ContainerInfo | null> {
    const found = await call('describe a container', READ_MS, o, (abortSignal) =>
      orMissing(calls.getContainer(checkName(nameOrId)).inspect({ abortSignal })),
    )
    return found && containerInfo(found)
  }

  async function image(reference: string, o: CallOptions = {}): Promise<ImageInfo | null> {
    const found = await call('describe an image', READ_MS, o, () =>
      orMissing(calls.getImage(checkImage(reference)).inspect()),
    )
    return found && imageInfo(found, reference)
  }

  const processes = createProcesses(parts, call, container)

  return {
    async info(o = {}) {
      const told = await call('describe itself', READ_MS, o, () => calls.info())
      const lacks: unknown = told.Berth?.Lacks
      return {
        version: String(told.ServerVersion),
        lacks: Array.isArray(lacks) ? lacks.map(String) : [],
        memoryBytes: told.MemTotal,
        cpus: told.NCPU,
      }
    },

    image,

    async pull(reference, o = {}) {
      const { digest } = parseReference(reference)
      // What is named by digest can't have changed.
      const present = digest ? await image(reference, o) : null
      if (present?.digest === digest && present !== null) return present
      await call('pull the image', PULL_MS, o, (signal) =>
        pullImage(streams, reference, { signal, onProgress: o.onProgress, auth: o.auth }),
      )
      const pulled = await image(reference, o)
      if (!pulled) throw new BerthError('IMAGE_PULL_FAILED', `The image ${reference} was pulled and is not there.`)
      if (digest && pulled.digest !== digest)
        throw new BerthError('IMAGE_PULL_FAILED', `The registry gave another image than ${reference}.`)
      return pulled
    },

    removeImage: (reference, o = {}) =>
      call('remove an image', WRITE_MS, o, (abortSignal) =>
        orDone([404, 409], calls.getImage(checkImage(reference)).remove({ abortSignal })),
      ),

    ensureNetwork: (name, labels, o = {}) =>
      call('make a network', WRITE_MS, o, async (abortSignal) => {
        checkNetwork(name)
        const body = { Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: labels }
        try {
          await calls.createNetwork(inBody(body, {}, abortSignal))
        } catch (error) {
          if (statusOf(error) !== 409) throw error
          const found: Dockerode.NetworkInspectInfo = await calls.getNetwork(name).inspect()
          refuseForeign('network', name, labels, found.Labels)
        }
      }),
    removeNetwork: (name, o = {}) =>
      call('remove a network', WRITE_MS, o, (abortSignal) =>
        orDone([404], calls.getNetwork(checkNetwork(name)).remove({ abortSignal })),
      ),

    ensureVolume: (name, labels, o = {}) =>
      call('make a volume', WRITE_MS, o, async (abortSignal) => {
        // Docker answers a name that exists with the volume that has it.
        const body = { Name: checkName(name, 'volume'), Driver: 'local', Labels: labels }
        const made = await calls.createVolume(inBody(body, {}, abortSignal))
        const found = await made.inspect({ abortSignal })
        refuseForeign('volume', name, labels, found.Labels)
      }),
    removeVolume: (name, o = {}) =>
      call('remove a volume', WRITE_MS, o, (abortSignal) =>
        orDone([404], calls.getVolume(checkName(name, 'volume')).remove({ abortSignal })),
      ),

    async ensureContainer(spec, o = {}) {
      const { name, ...body } = containerBody(spec)
      return call('make a container', WRITE_MS, o, async (abortSignal) => {
        try {
          await calls.createContainer(inBody(body, { name: spec.name }, abortSignal))
        } catch (error) {
          if (statusOf(error) === 404)
            throw new BerthError('IMAGE_NOT_FOUND', `The droplet does not hold the image ${spec.image}.`)
          // The name is taken: by an earlier run of this very attempt, or by something that is not ours.
          if (statusOf(error) !== 409) throw error
        }
        const found = await calls.getContainer(spec.name).inspect({ abortSignal })
        refuseForeign('container', spec.name, spec.labels, found.Config.Labels)
        return containerInfo(found)
      })
    },
    startContainer: (nameOrId, o = {}) =>
      call('start the container', WRITE_MS, o, (abortSignal) =>
        orDone([304], calls.getContainer(checkName(nameOrId)).start({ abortSignal })),
      ),
    stopContainer: (nameOrId, { graceSeconds = STOP_GRACE_SECONDS, ...o } = {}) =>
      call('stop the container', WRITE_MS + graceSeconds * 1000, o, (abortSignal) =>
        orDone([304, 404], calls.getContainer(checkName(nameOrId)).stop({ t: graceSeconds, abortSignal })),
      ),
    removeContainer: (nameOrId, o = {}) =>
      call('remove the container', WRITE_MS, o, async (abortSignal) => {
        // 409: a removal is under way already; `v` takes only anonymous volumes along.
        await orDone([404, 409], calls.getContainer(checkName(nameOrId)).remove({ force: true, v: true, abortSignal }))
      }),
    container,

    async containers({ label }, o = {}) {
      const filters = { label: [checkLabelFilter(label)] }
      const listed = await call('list containers', READ_MS, o, (abortSignal) =>
        calls.listContainers({ all: true, filters, abortSignal }),
      )
      const found = await Promise.all(listed.map((entry) => container(entry.Id, o)))
      return found.filter((info) => info !== null)
    },
    async networks({ label }, o = {}) {
      const filters = { label: [checkLabelFilter(label)] }
      const listed = await call('list networks', READ_MS, o, (abortSignal) =>
        calls.listNetworks({ filters, abortSignal }),
      )
      return listed.map((n) => ({ name: n.Name, labels: n.Labels ?? {}, createdAt: new Date(n.Created) }))
    },
    async volumes({ label }, o = {}) {
      const filters = { label: [checkLabelFilter(label)] }
      const { Volumes } = await call('list volumes', READ_MS, o, (abortSignal) =>
        calls.listVolumes({ filters, abortSignal }),
      )
      return (Volumes ?? []).map(volumeInfo)
    },

    ...createArchives(calls, call),

    async *logs(nameOrId, o): AsyncGenerator<LogLine> {
      const options = {
        stdout: true,
        stderr: true,
        timestamps: true,
        ...(o.since ? { since: sinceParameter(o.since) } : {}),
        ...(o.tail === undefined ? {} : { tail: o.tail }),
      }
      const source = await call('show its log', READ_MS, o, async (abortSignal) => {
        const logged = streams.getContainer(checkName(nameOrId))
        // dockerode's two signatures differ by the literal; without `follow` it gives the whole log at once.
        return o.follow
          ? await logged.logs({ ...options, follow: true, abortSignal })
          : Readable.from([await logged.logs({ ...options, follow: false, abortSignal })])
      })
      yield* readLog(source as Readable, o.signal, parts.hold())
    },

    stats: (nameOrId, o = {}) =>
      call('measure the container', READ_MS, o, async () =>
        containerStats(await calls.getContainer(checkName(nameOrId)).stats({ stream: false })),
      ),

    exec: processes.exec,
    attach: processes.attach,

    agentFor: (hostPort) => parts.agentFor(checkPort(hostPort, 'hostPort')),
  }
}

/** dockerode's type lacks `CreatedAt`, which every engine gives. */
const volumeInfo = (v: Dockerode.VolumeInspectInfo & { CreatedAt?: string }): VolumeInfo => ({
  name: v.Name,
  labels: v.Labels ?? {},
  createdAt: new Date(v.CreatedAt ?? 0),
})
