/** One station with room for few processes and a clock that tests turn; clients leave after each test. */
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { connectClient, type DeployOptions, gatewayStage, type Stage, type Station, textOf } from './testing.ts'

interface SessionBench {
  stage: Stage
  station: Station
  /** Milliseconds, as the station reads them. */
  clock: number
}

/** To be called once a test file; what it returns is filled before the first test. */
export function sessionBench() {
  const bench = { clock: Date.now() } as SessionBench
  const open: Client[] = []
  beforeAll(async () => {
    bench.stage = await gatewayStage()
    const limits = { processesMax: 4, reconnectMs: 5000 }
    bench.station = await bench.stage.station({ now: () => bench.clock, limits })
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((client) => client.close()))
  })
  afterAll(() => bench.stage.close())
  return Object.assign(bench, {
    deploy: (o: DeployOptions) => bench.stage.deploy(o),
    async connect(...args: Parameters<typeof connectClient>) {
      const connected = await connectClient(...args)
      open.push(connected.client)
      return connected
    },
    /** How many processes run now, of all containers. */
    processes: () => bench.stage.engine.running().length,
    echo: async (client: Client, message: string) =>
      textOf(await client.callTool({ name: 'echo', arguments: { message } })),
  })
}
