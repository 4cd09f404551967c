/** CPU and memory of the whole tree (server, local cloud, Postgres, containers) while nothing happens. */
import { readdirSync, readFileSync } from 'node:fs'
import { startInstance } from '../../e2e/instance.ts'
import type { Metric } from '../measure.ts'

const SETTLE_MS = 10_000
const WINDOW_MS = 30_000
/** `getconf CLK_TCK` on Linux */
const TICKS_PER_SECOND = 100

interface Usage {
  ticks: number
  rssBytes: number
}

function tree(roots: number[]): number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // ended in between
    }
  }
  const members = new Set(roots)
  for (let grew = true; grew; ) {
    grew = false
    for (const [pid, parent] of parents)
      if (members.has(parent) && !members.has(pid)) {
        members.add(pid)
        grew = true
      }
  }
  return [...members]
}

function usage(pids: number[]): Usage {
  const sum: Usage = { ticks: 0, rssBytes: 0 }
  for (const pid of pids) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      sum.ticks += Number(fields[11]) + Number(fields[12])
      // Proportional: pages that several processes share count once.
      const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
      sum.rssBytes += Number(pss?.[1] ?? 0) * 1024
    } catch {
      // ended in between
    }
  }
  return sum
}

export async function benchIdle(): Promise<Record<string, Metric>> {
  const instance = await startInstance()
  try {
    const { deploymentId } = await instance.client.mutate<{ deploymentId: string }>('deployments.create', {
      template: 'everything',
    })
    await instance.client.waitFor(deploymentId, ['healthy'])
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    const parts = instance.pids()
    const measure = () => ({ all: usage(tree(Object.values(parts))), app: usage([parts.app]) })
    const before = measure()
    await new Promise((resolve) => setTimeout(resolve, WINDOW_MS))
    const after = measure()
    const cpu = (part: 'all' | 'app') =>
      ((after[part].ticks - before[part].ticks) / TICKS_PER_SECOND / (WINDOW_MS / 1000)) * 100
    return {
      idle_cpu: { value: cpu('all'), unit: '% core' },
      idle_rss: { value: after.all.rssBytes / 2 ** 20, unit: 'MiB' },
      idle_app_cpu: { value: cpu('app'), unit: '% core' },
      idle_app_rss: { value: after.app.rssBytes / 2 ** 20, unit: 'MiB' },
    }
  } finally {
    await instance.stop()
  }
}
