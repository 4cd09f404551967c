/**
 * `node local-cloud/main.ts [options]`: DigitalOcean's API, droplets and an image registry on this machine.
 * One line on stdout when ready: `{"url","registry","driver","data"}` behind a sentence for people; logs on stderr.
 */
import { parseArgs } from 'node:util'
import { type LocalCloudOptions, startLocalCloud } from './cloud.ts'
import { RequirementError } from './host/requirements.ts'
import { startTime } from './process/reaper.ts'

const USAGE =
  'usage: npm run local-cloud -- [--port 4000] [--driver process|host] [--data .data/local-cloud] [--registry-port PORT+1] [--boot-delay-ms N] [--images DIR]... [--parent-pid PID]'
const PARENT_CHECK_MS = 500

interface Arguments extends LocalCloudOptions {
  parentPid: number | null
}

class UsageError extends Error {}

function readArguments(argv: string[]): Arguments {
  const { values } = parse(argv)
  const port = number('--port', values.port ?? '4000', 65_535)
  const driver = values.driver ?? process.env.LOCAL_CLOUD_DRIVER ?? 'process'
  if (driver !== 'process' && driver !== 'host')
    throw new UsageError(`--driver is ${driver}, but must be process or host`)
  if (values.data === '') throw new UsageError('--data must name a folder')
  const bootDelay = values['boot-delay-ms']
  return {
    port,
    driver,
    registryPort: number('--registry-port', values['registry-port'] ?? String(port === 0 ? 0 : port + 1), 65_535),
    dataDir: values.data ?? '.data/local-cloud',
    imageDirs: values.images ?? [],
    ...(bootDelay === undefined ? {} : { bootDelayMs: number('--boot-delay-ms', bootDelay, 600_000) }),
    parentPid: values['parent-pid'] === undefined ? null : number('--parent-pid', values['parent-pid'], 2 ** 31),
  }
}

function parse(argv: string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: argv,
      options: {
        port: text,
        driver: text,
        data: text,
        'registry-port': text,
        'boot-delay-ms': text,
        'parent-pid': text,
        help: { type: 'boolean' },
        images: { type: 'string', multiple: true },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

function number(name: string, text: string, max: number): number {
  if (!/^\d+$/.test(text) || Number(text) > max)
    throw new UsageError(`${name} is ${text}, but must be a number from 0 to ${max}`)
  return Number(text)
}

/** Calls back once when the process with this number is gone, or another one has its number. */
function whenGone(pid: number, started: string | null, gone: () => void): void {
  const timer = setInterval(() => {
    if (started !== null && startTime(pid) === started) return
    clearInterval(timer)
    gone()
  }, PARENT_CHECK_MS)
  timer.unref()
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2)
  if (argv.includes('--help')) return console.log(USAGE)
  const o = readArguments(argv)
  // Read before the start takes its time: a parent that is gone by then must be noticed too.
  const parentStarted = o.parentPid ? startTime(o.parentPid) : null
  const cloud = await startLocalCloud(o).catch((error: unknown) => {
    throw new Error(explain(error, o), { cause: error })
  })
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    cloud.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(`local-cloud: ${error instanceof Error ? error.message : error}`)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  if (o.parentPid) whenGone(o.parentPid, parentStarted, stop)
  const facts = { url: cloud.url, registry: cloud.registry, driver: o.driver, data: o.dataDir }
  console.log(`local cloud ready: DigitalOcean API ${cloud.url}/v2, images ${cloud.registry} ${JSON.stringify(facts)}`)
}

/** One sentence that says what to do. */
function explain(error: unknown, o: Arguments): string {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  if (code === 'EADDRINUSE') {
    const port = error instanceof Error && 'port' in error ? error.port : o.port
    return `port ${port} is in use: stop what uses it, or give another --port and --registry-port`
  }
  if (code === 'EACCES' || code === 'EROFS') return `${o.dataDir} can not be written: give another --data`
  if (code === 'ENOSPC') return `the disk of ${o.dataDir} is full: make room, or give another --data`
  return error instanceof Error ? error.message : String(error)
}

main().catch((error: unknown) => {
  const usage = error instanceof UsageError
  console.error(`local-cloud: ${error instanceof Error ? error.message : error}${usage ? ' (see --help)' : ''}`)
  const unfit = error instanceof Error && error.cause instanceof RequirementError
  process.exit(usage || unfit ? 2 : 1)
})
