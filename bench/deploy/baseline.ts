/**
 * The least a tRPC mutation with one transaction can cost here: a bare procedure in a process of its own, on the same
 * Postgres, called through the same client code.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'

export interface Baseline {
  call(): Promise<unknown>
  stop(): Promise<void>
}

export async function startBaseline(databaseUrl: string): Promise<Baseline> {
  const child = fork(new URL('./baseline-server.ts', import.meta.url), [databaseUrl], { stdio: 'inherit' })
  const [port] = (await once(child, 'message')) as [number]
  return {
    async call() {
      const response = await fetch(`http://127.0.0.1:${port}/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ json: { name: 'x' } }),
      })
      if (!response.ok) throw new Error(await response.text())
      return response.json()
    },
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}
