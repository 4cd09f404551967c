/** The `berth-droplet …` commands, answered without a shell. Their meaning is told in server/engine/remote-commands.ts. */
import type { DropletStats } from '#local-cloud/driver.ts'
import type { HostKeys } from './host-keys.ts'

export interface CommandContext {
  hostKeys: HostKeys
  /** Null when the user data could be read. */
  bootstrapError: string | null
  stats: () => Promise<DropletStats>
  vcpus: number
  /** Ends a process if it belongs to the container. @throws Error when it outlives SIGKILL */
  endProcess: (pid: number, containerId: string) => Promise<void>
}

const EXEC_KILL = /^berth-droplet exec-kill (\d{1,7}) ([0-9a-f]{64})$/

export interface CommandResult {
  exitCode: number
  stdout: string
  stderr: string
}

const ok = (stdout = ''): CommandResult => ({ exitCode: 0, stdout, stderr: '' })
const fail = (exitCode: number, stderr: string): CommandResult => ({ exitCode, stdout: '', stderr: `${stderr}\n` })

async function attempt(work: () => Promise<void>): Promise<CommandResult> {
  try {
    await work()
    return ok()
  } catch (error) {
    return fail(1, `berth-droplet: ${error instanceof Error ? error.message : error}`)
  }
}

/** Only `host-key-add` reads its input. */
export async function runCommand(
  ctx: CommandContext,
  command: string,
  readInput: () => Promise<string>,
): Promise<CommandResult> {
  const kill = EXEC_KILL.exec(command)
  if (kill) return attempt(() => ctx.endProcess(Number(kill[1]), kill[2] ?? ''))
  switch (command) {
    case 'berth-droplet bootstrap-status': {
      const status = ctx.bootstrapError === null ? 'done' : 'error'
      return ok(`${JSON.stringify({ status, detail: ctx.bootstrapError ?? '' })}\n`)
    }
    case 'berth-droplet host-key-add':
      return attempt(async () => ctx.hostKeys.add(await readInput()))
    case 'berth-droplet host-key-finish':
      ctx.hostKeys.finish()
      return ok()
    case 'berth-droplet proc-stats': {
      const stats = await ctx.stats()
      return ok(
        `${JSON.stringify({
          memTotalBytes: stats.memoryTotalBytes,
          memAvailableBytes: stats.memoryAvailableBytes,
          load1: stats.load1,
          cpus: ctx.vcpus,
          diskTotalBytes: stats.diskTotalBytes,
          diskFreeBytes: stats.diskFreeBytes,
        })}\n`,
      )
    }
    default:
      return fail(127, `sh: 1: ${command.split(' ')[0]}: not found`)
  }
}
