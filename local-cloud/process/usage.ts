/** What processes of this machine use: from /proc on Linux, from `ps` elsewhere. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface Usage {
  cpuSeconds: number
  memoryBytes: number
  pids: number
}

/** USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** The sum over processes; those that ended meanwhile count nothing. */
export async function usageOf(pids: number[]): Promise<Usage> {
  const each = process.platform === 'linux' ? await Promise.all(pids.map(fromProc)) : await fromPs(pids)
  const alive = each.filter((usage) => usage !== null)
  return {
    cpuSeconds: alive.reduce((sum, usage) => sum + usage.cpuSeconds, 0),
    memoryBytes: alive.reduce((sum, usage) => sum + usage.memoryBytes, 0),
    pids: alive.length,
  }
}

type One = Omit<Usage, 'pids'> | null

async function fromProc(pid: number): Promise<One> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ])
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // File pages, such as the binary itself, are shared with every other Node: not this container's doing.
    const anonymousKiB = Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0)
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      memoryBytes: anonymousKiB * 1024,
    }
  } catch {
    return null
  }
}

async function fromPs(pids: number[]): Promise<One[]> {
  if (pids.length === 0) return []
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=,time=', '-p', pids.join(',')])
    return stdout
      .trim()
      .split('\n')
      .map((line) => {
        const [rss = '0', time = '0'] = line.trim().split(/\s+/)
        // [[hours:]minutes:]seconds
        const cpuSeconds = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
        return { memoryBytes: Number(rss) * 1024, cpuSeconds }
      })
  } catch {
    return []
  }
}
