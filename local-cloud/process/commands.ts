/** The `berth-droplet …` commands, answered without a shell. Their meaning is told in server/engine/remote-commands.ts. */
import type { DropletStats } from '#local-cloud/driver.ts'
import type { HostKeys } from './host-keys.ts'

export interface CommandContext {
  hostKeys: HostKeys
  /** Null when the user data could be read. */
  bootstrapError: string | null
  stats: () => Promise<DropletStats>
  vcpus: number
}

export interface CommandResult {
  exitCode: number
  stdout: string
  stderr: string
}

const ok = (stdout = ''): CommandResult => ({ exitCode: 0, stdout, stderr: '' })
const fail = (exitCode: number, stderr: string): CommandResult => ({ exitCode, stdout: '', stderr: `${stderr}\n` })

/** Only `host-key-add` reads its input. */
export async function runCommand(
  ctx: CommandContext,
  command: string,
  readInput: () => Promise<string>,
): Promise<CommandResult> {
  switch (command) {
    case 'berth-droplet bootstrap-status': {
      const status = ctx.bootstrapError === null ? 'done' : 'error'
      return ok(`${JSON.stringify({ status, detail: ctx.bootstrapError ?? '' })}\n`)
    }
    case 'berth-droplet host-key-add':
      try {
        ctx.hostKeys.add(await readInput())
        return ok()
      } catch (error) {
        return fail(1, `berth-droplet: ${error instanceof Error ? error.message : error}`)
      }
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
