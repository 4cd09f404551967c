/** Background work that comes round: never two rounds at once, and one that fails leaves the next its turn. */
export interface Rounds {
  /** One round now, or the end of the one under way. */
  now(): Promise<void>
  /** No more rounds; settles when the one under way has ended. */
  stop(): Promise<void>
}

export function startRounds(
  round: () => Promise<void>,
  o: {
    everyMs: number
    /** Of the first round; absent: `everyMs`. */
    firstAfterMs?: number
    /** Is this the process that does it? Asked before each round; absent: every process does. */
    elected?: () => Promise<boolean>
    onError: (error: unknown) => void
  },
): Rounds {
  let underWay: Promise<void> | undefined
  const turn = async () => {
    if (!o.elected || (await o.elected())) await round()
  }
  const now = () => {
    underWay ??= turn()
      .catch(o.onError)
      .finally(() => {
        underWay = undefined
      })
    return underWay
  }
  const first = o.firstAfterMs === undefined ? undefined : setTimeout(now, o.firstAfterMs).unref()
  const timer = setInterval(now, o.everyMs).unref()
  return {
    now,
    async stop() {
      clearTimeout(first)
      clearInterval(timer)
      await underWay
    },
  }
}
