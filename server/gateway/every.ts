/** Background work at intervals. */

/** Runs `work` every `ms`, never two at once. @returns stops it */
export function every(ms: number, work: () => Promise<void>, onError: (error: unknown) => void): () => void {
  let running = false
  const timer = setInterval(() => {
    if (running) return
    running = true
    work()
      .catch(onError)
      .finally(() => {
        running = false
      })
  }, ms)
  timer.unref()
  return () => clearInterval(timer)
}
