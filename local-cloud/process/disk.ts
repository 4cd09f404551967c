/** How much a folder holds, asked often and counted seldom. */
import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'

const FRESH_MS = 60_000
const known = new Map<string, { atMs: number; bytes: Promise<number> }>()

/** Bytes below `dir`, at most a minute old; links are not followed. */
export function folderBytes(dir: string): Promise<number> {
  const cached = known.get(dir)
  if (cached && performance.now() - cached.atMs < FRESH_MS) return cached.bytes
  const bytes = count(dir)
  known.set(dir, { atMs: performance.now(), bytes })
  return bytes
}

export function forgetFolder(dir: string): void {
  known.delete(dir)
}

async function count(dir: string): Promise<number> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((): Dirent[] => [])
  let sum = 0
  for (const entry of entries) {
    const file = path.join(dir, entry.name)
    if (entry.isDirectory()) sum += await count(file)
    else if (entry.isFile())
      sum += await lstat(file).then(
        (stat) => stat.size,
        () => 0,
      )
  }
  return sum
}
