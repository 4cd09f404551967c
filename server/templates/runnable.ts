/**
 * Which images are there? A list never waits for a registry on the internet: what is not known yet is `null`, is asked
 * behind the reader's back, and stands in the next list. The local cloud's own registry answers at once.
 */
import type { UserCtx } from '#server/context.ts'
import type { Resolver } from '#server/registry/index.ts'

export type RunnableOf = (image: string) => { runnable: boolean | null; runnableReason: string | null }

/** The registry of this machine answers in a few milliseconds, or something is wrong with it. */
const LOCAL_WAIT_MS = 300

export async function runnableOf(
  ctx: UserCtx & { services: { registry: Resolver } },
  images: string[],
): Promise<RunnableOf> {
  const registry = peeking(ctx.services.registry)
  const { demoRegistry } = ctx.config
  const local = [...new Set(images)].filter((image) => demoRegistry && image.startsWith(`${demoRegistry}/`))
  if (local.some((image) => registry.peek(image) === null)) {
    const all = Promise.all(local.map((image) => registry.resolve(image)))
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, LOCAL_WAIT_MS).unref())])
  }
  return (image) => {
    const known = registry.peek(image)
    if (known === null) return { runnable: null, runnableReason: null }
    return { runnable: known.resolves, runnableReason: known.resolves ? null : known.reason }
  }
}

interface Peeking extends Resolver {
  peek(image: string): Awaited<ReturnType<Resolver['resolve']>> | null
}
const answers = new WeakMap<Resolver, Map<string, Awaited<ReturnType<Resolver['resolve']>>>>()

function peeking(registry: Resolver & Partial<Peeking>): Peeking {
  if (registry.peek) return registry as Peeking
  const known = answers.get(registry) ?? new Map()
  answers.set(registry, known)
  return {
    resolve: (image) =>
      registry.resolve(image).then((answer) => {
        known.set(image, answer)
        return answer
      }),
    peek: (image) => known.get(image) ?? null,
  }
}
