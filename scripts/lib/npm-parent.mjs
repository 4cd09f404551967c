/**
 * `npm run` starts a shell that starts us. A signal that ends npm or the shell alone does not reach us, so what was
 * started by `npm start` would go on without anybody who knows of it: we look whether both are still there.
 */
import { readFileSync } from 'node:fs'

const LOOK_EVERY_MS = 500

/** Calls `gone` once when the npm that runs this script has ended; never when a person started the script itself. */
export function whenNpmEnds(gone) {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  // Where the shell gave its place to us, the parent is npm; what is above npm is not ours to watch.
  const npm = nameOf(parent)?.endsWith('sh') ? parentOf(parent) : null
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === null || parentOf(parent) === npm)) return
    clearInterval(timer)
    gone()
  }, LOOK_EVERY_MS)
  timer.unref()
}

/** Name and parent stand in /proc on Linux; elsewhere only our own parent is known. */
function stat(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
}

const nameOf = (pid) => stat(pid)?.replace(/^\d+ \((.*)\) [\s\S]*$/, '$1') ?? null
const parentOf = (pid) => {
  const rest = stat(pid)
    ?.replace(/^.*\) /s, '')
    .split(' ')
  return rest ? Number(rest[1]) : null
}
