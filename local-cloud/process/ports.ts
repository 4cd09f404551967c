/** Free ports of 127.0.0.1, outside the ranges that the systems give to outgoing connections. */
import { createServer } from 'node:net'

const FIRST = 20_000
const LAST = 32_700

/** Given to a droplet or container of this process and not yet free again. */
const taken = new Set<number>()
let next = FIRST + Math.floor(Math.random() * (LAST - FIRST))

/** @throws Error when the whole range is in use */
export async function takePort(preferred?: number): Promise<number> {
  if (preferred && (await claim(preferred))) return preferred
  for (let tries = FIRST; tries <= LAST; tries += 1) {
    next = next >= LAST ? FIRST : next + 1
    const port = next
    if (await claim(port)) return port
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`)
}

async function claim(port: number): Promise<boolean> {
  if (taken.has(port)) return false
  taken.add(port)
  if (await isFree(port)) return true
  taken.delete(port)
  return false
}

export function releasePort(port: number): void {
  taken.delete(port)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}
