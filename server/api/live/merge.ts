/** Many async sources as one, each at most one value ahead of the reader. */

/**
 * Yields what the sources yield, in the order it comes, until all have ended; a source that throws ends the whole.
 * Each source waits with its next value until its last one was taken, so a slow reader slows its sources down.
 * (`Promise.race` over the sources would leave one reaction on every silent source for each value that another gives.)
 */
export async function* merge<T>(sources: AsyncIterable<T>[]): AsyncGenerator<T, void> {
  const ready: { value: T; taken: () => void }[] = []
  let open = sources.length
  let failure: { error: unknown } | null = null
  let closed = false
  let wake = () => {}

  const pump = async (source: AsyncIterable<T>) => {
    try {
      for await (const value of source) {
        if (closed) return
        await new Promise<void>((taken) => {
          ready.push({ value, taken })
          wake()
        })
        if (closed) return
      }
    } catch (error) {
      failure ??= { error }
    } finally {
      open--
      wake()
    }
  }
  for (const source of sources) void pump(source)

  try {
    for (;;) {
      const next = ready.shift()
      if (next) {
        try {
          yield next.value
        } finally {
          next.taken()
        }
        continue
      }
      // TypeScript can't see that pumps assign it meanwhile.
      const failed = failure as { error: unknown } | null
      if (failed) throw failed.error
      if (open === 0) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } finally {
    closed = true
    for (const { taken } of ready) taken()
  }
}

/** Collects what comes while the reader is busy into arrays of at most `max`. */
export async function* batched<T>(source: AsyncIterable<T>, max: number): AsyncGenerator<T[], void> {
  let pending: T[] = []
  let ended = false
  let failure: { error: unknown } | null = null
  let closed = false
  let wakeReader = () => {}
  let wakeWriter = () => {}

  const pump = async () => {
    try {
      for await (const value of source) {
        if (closed) return
        pending.push(value)
        wakeReader()
        if (pending.length >= max)
          await new Promise<void>((resolve) => {
            wakeWriter = resolve
          })
      }
    } catch (error) {
      failure = { error }
    } finally {
      ended = true
      wakeReader()
    }
  }
  void pump()

  try {
    for (;;) {
      if (pending.length > 0) {
        const batch = pending
        pending = []
        wakeWriter()
        yield batch
        continue
      }
      const failed = failure as { error: unknown } | null
      if (failed) throw failed.error
      if (ended) return
      await new Promise<void>((resolve) => {
        wakeReader = resolve
      })
    }
  } finally {
    closed = true
    wakeWriter()
  }
}
