/**
 * Which processes belong to a droplet, kept as one small file each, so that the next start can end what a `kill -9` of
 * the local cloud left behind. A process is known by its number and its start time, so that a reused number is never
 * mistaken for ours.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Null when there is no such process. */
export function startTime(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The command may hold spaces and parentheses; fields are counted from after the last one. 22nd is starttime.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null
  } catch {
    return null
  }
}

/** Remembers a process until the returned function is called. */
export function remember(dir: string, pid: number): () => void {
  mkdirSync(dir, { recursive: true })
  const file = path.join(dir, String(pid))
  writeFileSync(file, startTime(pid) ?? '')
  return () => rmSync(file, { force: true })
}

/** Kills every remembered process group that still is the one that was remembered. Returns how many there were. */
export function reap(dir: string): number {
  let killed = 0
  for (const name of listDir(dir)) {
    const pid = Number(name)
    const remembered = readFileSync(path.join(dir, name), 'utf8')
    if (pid > 1 && remembered !== '' && startTime(pid) === remembered && killGroup(pid, 'SIGKILL')) killed += 1
    rmSync(path.join(dir, name), { force: true })
  }
  return killed
}

/** Signals a process that leads its own group, and all of its group. False when it is gone. */
export function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}

function listDir(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
