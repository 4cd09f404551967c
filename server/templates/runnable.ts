/**
 * Which images are there? A list never waits for a registry on the internet: what is not known yet is `null`, is asked
 * behind the reader's back, and stands in the next list. The local cloud's own registry answers at once.
 */
import type { UserCtx } from '#server/context.ts'
import type { Resolver } from '#server/registry/index.ts'

export type RunnableOf = (image: string) => { runnable: boolean | null; runnableReason: string | null }

/** The registry of this machine answers in a few milliseconds, or something is wrong with it. */
const LOCAL_WAIT_MS = 300

/** @param patienceMs how long a page about one image may wait for its registry; absent: not at all */
export async function runnableOf(
  ctx: UserCtx & { services: { registry: Resolver } },
  images: string[],
  patienceMs = 0,
): Promise<RunnableOf> {
  const { registry } = ctx.services
  const { demoRegistry } = ctx.config
  const isLocal = (image: string) => demoRegistry !== null && image.startsWith(`${demoRegistry}/`)
  const awaited = [...new Set(images)].filter((image) => patienceMs > 0 || isLocal(image))
  await Promise.all(awaited.map((image) => registry.resolveWithin(image, Math.max(patienceMs, LOCAL_WAIT_MS))))
  return (image) => {
    const known = registry.peek(image)
    if (known === null) return { runnable: null, runnableReason: null }
    if (known.resolves) return { runnable: true, runnableReason: null }
    // R20: a registry that is down is no reason to refuse a deployment; it may be back by then.
    return { runnable: known.unknown ? null : false, runnableReason: known.reason }
  }
}
