/** Routes below /containers and /exec. */
import { once } from 'node:events'
import { ServerResponse } from 'node:http'
import { constants } from 'node:os'
import { getArchive, putArchive } from './archive.ts'
import { createContainer, createContainerBody, findContainer } from './create-container.ts'
import { badParameter, conflict } from './errors.ts'
import { attachContainer, createExec, createExecBody, findExec, inspectExec, startExec, startExecBody } from './exec.ts'
import { parseFilters } from './filters.ts'
import { CONTAINER_FILTERS, inspectContainer, listContainers } from './inspect.ts'
import { inRange, type LogEntry, parseSelection, readLogs, select } from './logs.ts'
import { type Call, flag, Reply, type Route, route, STREAMED } from './routes.ts'
import { killContainer, removeContainer, startContainer, stopContainer } from './run.ts'
import { sampleStats, statsBody } from './stats.ts'
import { attach, frame } from './streams.ts'

const STATS_PERIOD_MS = 1000

const container = ({ ctx, params }: Call) => findContainer(ctx, params[0] ?? '')

export const containerRoutes: Route[] = [
  route('GET', '/containers/json', ({ ctx, query }) =>
    listContainers(
      ctx,
      parseFilters(query.get('filters'), CONTAINER_FILTERS),
      flag(query, 'all'),
      Number(query.get('limit') ?? 0),
    ),
  ),
  route('POST', '/containers/create', async ({ ctx, query, body }) => {
    const created = createContainer(ctx, query.get('name'), await body(createContainerBody))
    return new Reply(201, { Id: created.id, Warnings: [] })
  }),
  route('GET', '/containers/{}/json', (call) => inspectContainer(call.ctx, container(call))),
  route(
    'POST',
    '/containers/{}/start',
    async (call) => new Reply((await startContainer(call.ctx, container(call))) ? 204 : 304),
  ),
  route(
    'POST',
    '/containers/{}/stop',
    async (call) => new Reply((await stopContainer(call.ctx, container(call), grace(call.query))) ? 204 : 304),
  ),
  route('POST', '/containers/{}/restart', async (call) => {
    const restarted = container(call)
    await stopContainer(call.ctx, restarted, grace(call.query))
    await startContainer(call.ctx, restarted)
    return new Reply(204)
  }),
  route('POST', '/containers/{}/kill', async (call) => {
    await killContainer(call.ctx, container(call), signalOf(call.query.get('signal')))
    return new Reply(204)
  }),
  route('POST', '/containers/{}/wait', waitFor),
  route('DELETE', '/containers/{}', async (call) => {
    await removeContainer(call.ctx, container(call), flag(call.query, 'force'))
    return new Reply(204)
  }),
  route('PUT', '/containers/{}/archive', async (call) => {
    await putArchive(container(call), pathOf(call.query), call.request)
    return new Reply(200)
  }),
  route('GET', '/containers/{}/archive', (call) => {
    if (!(call.response instanceof ServerResponse)) throw badParameter('this call can not be upgraded')
    getArchive(container(call), pathOf(call.query), call.response)
    return STREAMED
  }),
  route('GET', '/containers/{}/logs', logs),
  route('GET', '/containers/{}/stats', stats),
  route('POST', '/containers/{}/attach', (call) => {
    const { ctx, request, response, head, query } = call
    const attached = container(call)
    if (!ctx.runs.has(attached.id)) throw conflict(`container ${attached.id} is not running`)
    const streams = attach(request, response, head, attached.config.Tty)
    const wanted = { stdin: flag(query, 'stdin'), stdout: flag(query, 'stdout'), stderr: flag(query, 'stderr') }
    if (flag(query, 'logs'))
      for (const entry of readLogs(ctx, attached.id))
        if (wanted[entry.stream]) streams.write(entry.stream, Buffer.from(entry.log))
    if (flag(query, 'stream')) attachContainer(ctx, attached, streams, wanted)
    else streams.end()
    return STREAMED
  }),
  route('POST', '/containers/{}/exec', async (call) => {
    const inside = container(call)
    return new Reply(201, { Id: createExec(call.ctx, inside, await call.body(createExecBody)) })
  }),
  route('POST', '/exec/{}/start', async ({ ctx, request, response, head, params, body }) => {
    const exec = findExec(ctx, params[0] ?? '')
    // After a hijack the body comes first on the raw connection; every client sends it together with the headers.
    const options = response instanceof ServerResponse ? await body(startExecBody) : { Detach: false }
    startExec(ctx, exec, options.Detach ? null : () => attach(request, response, head, exec.tty))
    return options.Detach ? undefined : STREAMED
  }),
  route('POST', '/exec/{}/resize', ({ ctx, params }) => void findExec(ctx, params[0] ?? '')),
  route('GET', '/exec/{}/json', ({ ctx, params }) => inspectExec(ctx, findExec(ctx, params[0] ?? ''))),
]

function pathOf(query: URLSearchParams): string {
  const text = query.get('path')
  if (!text) throw badParameter('missing path')
  return text
}

function grace(query: URLSearchParams): number | null {
  const text = query.get('t')
  if (text === null || text === '') return null
  if (!/^-?\d+$/.test(text)) throw badParameter(`strconv.Atoi: parsing "${text}": invalid syntax`)
  return Number(text)
}

function signalOf(text: string | null): NodeJS.Signals {
  if (!text) return 'SIGKILL'
  const name = /^\d+$/.test(text)
    ? Object.entries(constants.signals).find(([, number]) => number === Number(text))?.[0]
    : `SIG${text.toUpperCase().replace(/^SIG/, '')}`
  if (!name || !(name in constants.signals)) throw badParameter(`invalid signal: ${text}`)
  return name as NodeJS.Signals
}

/** Headers go out at once: clients wait for the answer before they start the container. */
async function waitFor(call: Call) {
  const { ctx, response, query } = call
  const waited = container(call)
  const condition = query.get('condition') || 'not-running'
  if (!['not-running', 'next-exit', 'removed'].includes(condition))
    throw badParameter(`invalid condition: "${condition}"`)
  if (!(response instanceof ServerResponse)) throw badParameter('this call can not be upgraded')
  const over = condition === 'not-running' && !ctx.runs.has(waited.id) && waited.status !== 'restarting'
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  response.writeHead(200, { 'content-type': 'application/json' })
  response.flushHeaders()
  const event = condition === 'removed' ? `removed:${waited.id}` : `die:${waited.id}`
  if (!over) await once(ctx.events, event, { signal: gone.signal }).catch(() => {})
  response.end(JSON.stringify({ StatusCode: waited.exitCode }))
  return STREAMED
}

function logs(call: Call) {
  const { ctx, response, query } = call
  const source = container(call)
  const wanted = { stdout: flag(query, 'stdout'), stderr: flag(query, 'stderr') }
  if (!wanted.stdout && !wanted.stderr) throw badParameter('Bad parameters: you must choose at least one stream')
  if (!(response instanceof ServerResponse)) throw badParameter('this call can not be upgraded')
  const selection = parseSelection(query)
  const timestamps = flag(query, 'timestamps')
  const { Tty } = source.config
  const format = (entry: LogEntry) => {
    const text = Buffer.from(timestamps ? `${entry.time} ${entry.log}` : entry.log)
    return Tty ? text : frame(entry.stream, text)
  }
  const raw = Tty ? 'raw' : 'multiplexed'
  response.writeHead(200, { 'content-type': `application/vnd.docker.${raw}-stream` })
  response.flushHeaders()
  const chosen = select(
    readLogs(ctx, source.id).filter((entry) => wanted[entry.stream]),
    selection,
  )
  response.write(Buffer.concat(chosen.map(format)))
  if (!flag(query, 'follow') || !ctx.runs.has(source.id)) {
    response.end()
    return STREAMED
  }
  // Read and subscribed in one turn of the event loop: nothing can be written in between.
  const onLine = (entry: LogEntry) => {
    if (wanted[entry.stream] && inRange(entry, selection)) response.write(format(entry))
  }
  const onDie = () => response.end()
  ctx.events.on(`line:${source.id}`, onLine)
  ctx.events.once(`die:${source.id}`, onDie)
  response.on('close', () => {
    ctx.events.off(`line:${source.id}`, onLine)
    ctx.events.off(`die:${source.id}`, onDie)
  })
  return STREAMED
}

/** A single answer compares two samples a second apart unless `one-shot`, as Docker does. */
async function stats(call: Call) {
  const { ctx, response, query } = call
  const measured = container(call)
  const sample = () => sampleStats(ctx, measured)
  const pause = () => new Promise((resolve) => setTimeout(resolve, STATS_PERIOD_MS))
  if (!flag(query, 'stream', true)) {
    if (flag(query, 'one-shot') || !ctx.runs.has(measured.id)) return statsBody(ctx, measured, await sample(), null)
    const before = await sample()
    await pause()
    return statsBody(ctx, measured, await sample(), before)
  }
  if (!(response instanceof ServerResponse)) throw badParameter('this call can not be upgraded')
  response.writeHead(200, { 'content-type': 'application/json' })
  let before = await sample()
  while (!response.destroyed && ctx.state.containers.includes(measured) && !ctx.closing) {
    await pause()
    const now = await sample()
    response.write(`${JSON.stringify(statsBody(ctx, measured, now, before))}\n`)
    before = now
  }
  response.end()
  return STREAMED
}
