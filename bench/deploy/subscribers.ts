/** Many streams of one deployment's events: reports when all are open, then every arrival of the numbers asked for. */
import http from 'node:http'
import { wallClock } from '../measure.ts'

const [url = '', token = '', deploymentId = '', count = '0'] = process.argv.slice(2)
const target = `${url}/api/trpc/deployments.watch?input=${encodeURIComponent(JSON.stringify({ json: { deploymentId, after: 0 } }))}`
const agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
const arrivals: [number, number][] = []

function open(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.get(
      target,
      { agent, headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' } },
      (response) => {
        if (response.statusCode !== 200) reject(new Error(`stream answered ${response.statusCode}`))
        let rest = ''
        response.on('data', (chunk: Buffer) => {
          const at = wallClock()
          const lines = (rest + chunk.toString()).split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines)
            if (line.startsWith('id:')) {
              arrivals.push([Number(line.slice(3)), at])
              resolve()
            }
        })
      },
    )
    request.once('error', reject)
  })
}

for (let opened = 0; opened < Number(count); opened += 50)
  await Promise.all(Array.from({ length: Math.min(50, Number(count) - opened) }, open))
process.send?.('open')
process.once('message', async (wanted: number[]) => {
  const numbers = new Set(wanted)
  const complete = () => arrivals.filter(([n]) => numbers.has(n))
  const deadline = wallClock() + 20_000
  while (complete().length < numbers.size * Number(count) && wallClock() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50))
  process.send?.(complete())
})
process.once('disconnect', () => process.exit(0))
