/** Tasks on worker threads, one for every second core, so that each has a core of its own. */
import os from 'node:os'
import { Worker } from 'node:worker_threads'

export const THREADS = Math.max(1, Math.floor(os.availableParallelism() / 2))

export async function inThreads<Task, Result>(
  script: URL,
  tasks: Task[],
  done: (result: Result) => void,
): Promise<void> {
  const queue = tasks.values()
  let finished = 0
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(script)
      const next = () => {
        const { value: task, done: empty } = queue.next()
        if (empty) void worker.terminate().then(() => resolve())
        else worker.postMessage(task)
      }
      worker.on('message', (result: Result) => {
        if (process.stdout.isTTY) process.stdout.write(`\r${++finished} of ${tasks.length} `)
        done(result)
        next()
      })
      worker.once('error', reject)
      next()
    })
  await Promise.all(Array.from({ length: THREADS }, one))
}
