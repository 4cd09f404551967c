/** One local cloud a data folder: two would kill each other's containers. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { startTime } from './process/reaper.ts'

/** Returns what releases it. A lock whose process is gone is taken over. @throws Error naming the other process */
export function lockFolder(dir: string): () => void {
  const file = path.join(dir, 'lock')
  const own = `${process.pid} ${startTime(process.pid) ?? ''}`
  for (;;) {
    try {
      writeFileSync(file, own, { flag: 'wx', mode: 0o600 })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const [pid = '', ...started] = readFileSync(file, 'utf8').split(' ')
    if (pid !== '' && startTime(Number(pid)) === started.join(' '))
      throw new Error(
        `the data folder ${dir} is in use by process ${pid}: stop that local cloud, or give another --data`,
      )
    rmSync(file, { force: true })
  }
}
