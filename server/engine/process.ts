/** Processes of a container and their streams: one more by `exec`, the main one by `attach`. */
import type { Duplex } from 'node:stream'
import type Dockerode from 'dockerode'
import { BerthError } from '#server/errors.ts'
import { type Call, orMissing, READ_MS } from './call.ts'
import type { EngineParts } from './engine.ts'
import { checkName } from './names.ts'
import type { CallOptions, ContainerInfo, Engine } from './port.ts'
import { execKill } from './remote-commands.ts'
import { type ProcessState, type StdioControl, stdioProcess } from './stdio.ts'

export function createProcesses(
  parts: EngineParts,
  call: Call,
  container: (nameOrId: string) => Promise<ContainerInfo | null>,
): Pick<Engine, 'exec' | 'attach'> {
  const { calls, streams } = parts

  async function hijacked(
    what: string,
    o: CallOptions,
    open: (abortSignal: AbortSignal) => Promise<NodeJS.ReadWriteStream>,
    control: Omit<StdioControl, 'onClose'>,
  ) {
    // dockerode gives the raw connection for `hijack`, here a ChannelSocket.
    const socket = (await call(what, READ_MS, o, open)) as Duplex
    return stdioProcess(socket, { ...control, onClose: parts.hold() })
  }

  return {
    async exec(nameOrId, command, o = {}) {
      const found = await call('describe a container', READ_MS, o, (abortSignal) =>
        orMissing(calls.getContainer(checkName(nameOrId)).inspect({ abortSignal })),
      )
      if (!found) throw new BerthError('NOT_FOUND', 'This container does not exist any more.')
      const exec = await call('prepare a process', READ_MS, o, (abortSignal) =>
        calls.getContainer(found.Id).exec({
          Cmd: command.length > 0 ? command : [found.Path, ...found.Args],
          AttachStdin: true,
          AttachStdout: true,
          AttachStderr: true,
          Tty: false,
          abortSignal,
        }),
      )
      const inspected = () =>
        call('describe a process', READ_MS, {}, (abortSignal) =>
          orMissing(calls.getExec(exec.id).inspect({ abortSignal })),
        )
      return hijacked(
        'start a process',
        o,
        (abortSignal) => streams.getExec(exec.id).start({ hijack: true, stdin: true, abortSignal }),
        {
          inspect: async () => processState(await inspected()),
          kill: async () => {
            const state = await inspected()
            if (state?.Running && state.Pid > 1)
              await parts.command(execKill({ pid: state.Pid, containerId: found.Id }))
          },
        },
      )
    },

    attach: (nameOrId, o = {}) =>
      hijacked(
        'attach to the container',
        o,
        (abortSignal) =>
          streams.getContainer(checkName(nameOrId)).attach({
            stream: true,
            stdin: true,
            stdout: true,
            stderr: true,
            hijack: true,
            abortSignal,
          }),
        {
          inspect: async () => {
            const info = await container(nameOrId)
            return { running: info?.state === 'running', exitCode: info?.exitCode ?? null }
          },
          // The main process serves others and outlives this stream.
          kill: null,
        },
      ),
  }
}

function processState(found: Dockerode.ExecInspectInfo | null): ProcessState {
  // Gone with its container.
  if (!found) return { running: false, exitCode: null }
  return { running: found.Running, exitCode: found.Running ? null : found.ExitCode }
}
