import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createCaller } from '#server/api/root.ts'
import type { LivePayload, LiveTopic } from '#server/api/views.ts'
import type { Ctx } from '#server/context.ts'
import type { Engine, LogLine } from '#server/engine/port.ts'
import { type Planted, plant } from '#server/testing/plant.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'
import { recordedTx } from '#server/tx.ts'

let stack: Stack
let person: Person
let planted: Planted
let lines: LogLine[] = []

beforeAll(async () => {
  const engine: Pick<Engine, 'logs'> = {
    async *logs(_, { since }) {
      for (const line of lines) if (!since || line.at >= since) yield line
    },
  }
  stack = await testStack({ pool: { engine: async () => engine as Engine } })
})
afterAll(() => stack.end())
beforeEach(async () => {
  person = await stack.person()
  planted = await plant(stack, person.userId)
})

/** Commits events as the saga does. */
async function progress(count: number): Promise<void> {
  const ctx: Ctx = { ...stack.base, actor: { kind: 'system', part: 'test' } }
  for (let i = 0; i < count; i++)
    await recordedTx(ctx, person.userId, (_, record) =>
      record.event(planted.deploymentId, { type: 'step.started', data: { step: 'analysis', message: `${i}` } }),
    )
}

interface Message {
  id: string
  data: LivePayload
}

/** Reads a stream until `done` says so, then leaves. */
async function read(topics: LiveTopic[], done: (seen: Message[]) => boolean, lastEventId?: string): Promise<Message[]> {
  const leaving = new AbortController()
  const actor = {
    ...{ kind: 'user' as const, userId: person.userId, role: 'user' as const },
    ...{ sessionId: person.sessionId, email: '', name: '' },
  }
  const { base, services } = stack
  const caller = createCaller(
    { base, services, actor, refused: null, request: { ip: '', userAgent: '' } },
    { signal: leaving.signal },
  )
  const seen: Message[] = []
  // Types show what a client gets; in this process it is still the envelope.
  const stream = (await caller.live.stream({ topics, lastEventId })) as unknown as AsyncIterable<[string, LivePayload]>
  for await (const [id, data] of stream) {
    seen.push({ id, data })
    if (done(seen)) break
  }
  leaving.abort()
  return seen
}

const numbers = (seen: Message[]) =>
  seen.flatMap(({ data }) => (data.topic === 'deployment' ? data.events.map((event) => event.n) : []))
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('I5: events of a deployment', () => {
  const topic = (after = 0): LiveTopic => ({ kind: 'deployment', id: planted.deploymentId, after })

  test('come from the start, then live, without a gap', async () => {
    await progress(5)
    const reading = read([topic()], (seen) => (numbers(seen).at(-1) ?? 0) >= 20)
    await progress(14)
    expect(numbers(await reading)).toEqual(range(1, 20))
  })

  test('go on after the last one received when the stream is opened again, whatever `after` said', async () => {
    await progress(4)
    const first = await read([topic()], (seen) => numbers(seen).includes(3))
    await progress(4)
    const last = numbers(first).at(-1) ?? 0
    const second = await read([topic()], (seen) => numbers(seen).includes(9), first.at(-1)?.id)
    expect([...numbers(first), ...numbers(second)]).toEqual(range(1, 9))
    expect(numbers(second)[0]).toBe(last + 1)
  })

  test('another topic’s message does not lose the cursor', async () => {
    await progress(3)
    const topics: LiveTopic[] = [topic(), { kind: 'deployments' }, { kind: 'droplets' }]
    const kinds = (seen: Message[]) => new Set(seen.map(({ data }) => data.topic))
    const seen = await read(topics, (s) => kinds(s).size === 3 && numbers(s).includes(4))
    const again = read(topics, (s) => numbers(s).includes(5), seen.at(-1)?.id)
    await progress(1)
    expect(numbers(await again)).toEqual([5])
  })

  test('a cursor that nobody made starts anew', async () => {
    for (const id of ['nonsense', '{"deployment', '[]', '{"x":{}}', '9'.repeat(500)]) {
      const seen = await read([topic()], (s) => numbers(s).length > 0, id)
      expect(numbers(seen)[0]).toBe(1)
    }
  })
})

describe('the list of deployments', () => {
  test('comes whole first, then the rows that changed', async () => {
    const rows = (seen: Message[]) => seen.map(({ data }) => (data.topic === 'deployments' ? data : null))
    const reading = read([{ kind: 'deployments' }], (seen) => seen.length === 2)
    await progress(1)
    const [first, changed] = rows(await reading)
    expect(first).toMatchObject({ full: true })
    expect(first?.rows.map((r) => r.deploymentId)).toEqual([planted.deploymentId])
    expect(changed).toMatchObject({ full: false, rows: [{ deploymentId: planted.deploymentId }] })
  })

  test('shows nobody else’s changes', async () => {
    const mine = person
    const other = await stack.person()
    const theirs = await plant(stack, other.userId)
    const reading = read([{ kind: 'deployments' }], (seen) => seen.length === 2)
    const ctx: Ctx = { ...stack.base, actor: { kind: 'system', part: 'test' } }
    await recordedTx(ctx, other.userId, (_, record) =>
      record.event(theirs.deploymentId, { type: 'token.created', data: { prefix: 'x' } }),
    )
    person = mine
    await progress(1)
    expect(JSON.stringify(await reading)).not.toContain(theirs.deploymentId)
  })
})

describe('a container’s lines', () => {
  const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms)
  const line = (ms: number, text: string): LogLine => ({ at: at(ms), stream: 'stdout', text })
  const texts = (seen: Message[]) =>
    seen.flatMap(({ data }) => (data.topic === 'logs' ? data.lines.map((l) => l.text) : []))
  const topic = (): LiveTopic => ({ kind: 'logs', id: planted.deploymentId })

  beforeEach(async () => {
    const { deploymentId } = planted
    await stack.sql`update deployments set container_id = 'c', state = 'healthy' where id = ${deploymentId}`
  })

  test('resume in the middle of a millisecond without a repeat or a loss', async () => {
    lines = [line(1, 'a'), line(2, 'b'), line(2, 'c')]
    const first = await read([topic()], (seen) => texts(seen).length === 3)
    lines = [...lines, line(2, 'd'), line(3, 'e')]
    const second = await read([topic()], (seen) => texts(seen).includes('e'), first.at(-1)?.id)
    expect([...texts(first), ...texts(second)]).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('say when the container ended, and go on with the next one', async () => {
    lines = [line(1, 'a')]
    const ended = (seen: Message[]) => seen.some(({ data }) => data.topic === 'logs.ended')
    const seen = await read([topic()], (soFar) => {
      if (ended(soFar) && lines.length === 1) {
        lines = [line(1, 'a'), line(5, 'b')]
        void progress(1)
      }
      return texts(soFar).includes('b')
    })
    expect(texts(seen)).toEqual(['a', 'b'])
  })
})

test('R9: a topic that needs no id takes none', async () => {
  const other = await stack.person()
  const theirs = await plant(stack, other.userId)
  const topics = [{ kind: 'deployments', id: theirs.deploymentId, userId: other.userId }] as unknown as LiveTopic[]
  await expect(read(topics, (seen) => seen.length === 1)).rejects.toThrow('topics.0.id: there is no such field here.')
})

test('a field that is spelled wrong is named, not ignored', async () => {
  const typo = { template: planted.templateSlug, dropletid: 'nyc3-1' }
  const { error } = await stack.call('deployments.create', typo, { method: 'POST', token: person.apiToken })
  expect(error?.berth).toMatchObject({ code: 'INVALID_INPUT', field: 'dropletid' })
})

test('R9: an own wish beside a foreign id does not make the id one’s own', async () => {
  const other = await stack.person()
  const theirs = await plant(stack, other.userId)
  const both = { template: planted.templateSlug, region: 'nyc3', dropletId: theirs.dropletId }
  const answer = await stack.call('deployments.create', both, { method: 'POST', token: person.apiToken })
  expect(answer.error?.berth.code).toBe('NOT_FOUND')
})

test('a foreign topic is refused by itself; the others go on', async () => {
  const other = await stack.person()
  const theirs = await plant(stack, other.userId)
  const topics: LiveTopic[] = [{ kind: 'deployment', id: theirs.deploymentId, after: 0 }, { kind: 'deployments' }]
  const seen = await read(topics, (s) => s.length === 2)
  expect(seen.map(({ data }) => data.topic).sort()).toEqual(['deployments', 'error'])
  expect(seen.find(({ data }) => data.topic === 'error')?.data).toMatchObject({ code: 'NOT_FOUND' })
})
