import { describe, expect, it } from 'vitest'
import { summary } from '#components/testing/rows.ts'
import type { LivePayload, LiveTopic } from '#server/api/views.ts'
import type { ValidationView } from '#server/api/views-templates.ts'
import type { DeploymentEvent } from '#server/deployments/event-types.ts'
import { type Effect, emptyHub, type HubEvent, type HubState, reduce } from './hub.ts'
import { SILENT_TAB_MS, type ToHub } from './protocol.ts'

/** Feeds events one after another; keeps what the last one caused. */
function run(state: HubState, ...events: HubEvent[]): { state: HubState; effects: Effect[] } {
  let effects: Effect[] = []
  for (const event of events) [state, effects] = reduce(state, event)
  return { state, effects }
}
const message = (tab: string, body: ToHub, nowMs = 0): HubEvent => ({ type: 'message', tab, message: body, nowMs })
const hello = (tab: string, lock: string | null = `lock-${tab}`) => message(tab, { type: 'hello', lock })
const subscribe = (tab: string, topic: LiveTopic) => message(tab, { type: 'subscribe', topic })
const event = (n: number): DeploymentEvent => ({
  type: 'state',
  data: { from: null, to: 'queued' },
  n,
  at: new Date(n),
  attempt: 1,
})
const payload = (...numbers: number[]): HubEvent => ({
  type: 'payload',
  payload: { topic: 'deployment', id: 'd', events: numbers.map(event) },
})
const topic = (after: number): LiveTopic => ({ kind: 'deployment', id: 'd', after })
const opened = (effects: Effect[]) => effects.flatMap((effect) => (effect.type === 'open' ? [effect.topics] : []))
const sent = (effects: Effect[], tab: string): LivePayload[] =>
  effects.flatMap((effect) =>
    effect.type === 'send' && effect.tab === tab && effect.message.type === 'payload' ? [effect.message.payload] : [],
  )

describe('one stream for all tabs', () => {
  it('the first tab opens it, a second with the same topic does not', () => {
    const first = run(emptyHub, hello('a'), subscribe('a', { kind: 'deployments' }))
    expect(opened(first.effects)).toEqual([[{ kind: 'deployments' }]])
    const second = run(first.state, hello('b'), subscribe('b', { kind: 'deployments' }))
    expect(opened(second.effects)).toEqual([])
  })

  it('a second tab is brought to where the first one is', () => {
    const rows = [summary()]
    const { state } = run(emptyHub, hello('a'), subscribe('a', { kind: 'deployments' }), {
      type: 'payload',
      payload: { topic: 'deployments', full: true, rows },
    })
    const changed = summary({ state: 'unhealthy' })
    const patched = run(state, { type: 'payload', payload: { topic: 'deployments', full: false, rows: [changed] } })
    const { effects } = run(patched.state, hello('b'), subscribe('b', { kind: 'deployments' }))
    expect(sent(effects, 'b')).toEqual([{ topic: 'deployments', full: true, rows: [changed] }])
  })

  it('a second tab sees a validation as it stands', () => {
    const watched: LiveTopic = { kind: 'validation', id: 'v' }
    const standing = { id: 'v', verdict: null } as ValidationView
    const { state } = run(emptyHub, hello('a'), subscribe('a', watched), {
      type: 'payload',
      payload: { topic: 'validation', id: 'v', validation: standing },
    })
    const { effects } = run(state, hello('b'), subscribe('b', watched))
    expect(sent(effects, 'b')).toEqual([{ topic: 'validation', id: 'v', validation: standing }])
  })

  it('only tabs that listen to a topic get its payloads', () => {
    const { effects } = run(emptyHub, hello('a'), hello('b'), subscribe('a', topic(0)), payload(1))
    expect(sent(effects, 'a')).toHaveLength(1)
    expect(sent(effects, 'b')).toHaveLength(0)
  })

  it('shrinks with the last tab that wanted a topic, and closes with the last topic', () => {
    const { state } = run(emptyHub, hello('a'), subscribe('a', { kind: 'deployments' }), subscribe('a', topic(3)))
    const shrunk = run(state, message('a', { type: 'unsubscribe', key: 'deployment:d' }))
    expect(opened(shrunk.effects)).toEqual([[{ kind: 'deployments' }]])
    expect(run(shrunk.state, message('a', { type: 'bye' })).effects).toEqual([{ type: 'close' }])
  })
})

describe('I5: no event is lost and none comes twice', () => {
  it('resumes behind the last event, whatever page asked first', () => {
    const { state } = run(emptyHub, hello('a'), subscribe('a', topic(0)), payload(1, 2), payload(3))
    expect(opened(run(state, { type: 'retry' }).effects)).toEqual([[topic(3)]])
  })

  it('drops what a reconnect repeats', () => {
    const { state } = run(emptyHub, hello('a'), subscribe('a', topic(0)), payload(1, 2))
    const { effects } = run(state, payload(1, 2, 3))
    expect(sent(effects, 'a')).toEqual([{ topic: 'deployment', id: 'd', events: [event(3)] }])
  })

  it('asks again when numbers are missing, and shows none of what came too early', () => {
    const { state } = run(emptyHub, hello('a'), subscribe('a', topic(0)), payload(1))
    const { effects } = run(state, payload(3))
    expect(opened(effects)).toEqual([[topic(1)]])
    expect(sent(effects, 'a')).toEqual([])
  })

  it('a tab that starts further back makes the topic start there; one further on is served from what is held', () => {
    const { state } = run(emptyHub, hello('a'), subscribe('a', topic(5)), payload(6, 7))
    expect(opened(run(state, hello('b'), subscribe('b', topic(2))).effects)).toEqual([[topic(2)]])
    const later = run(state, hello('b'), subscribe('b', topic(6)))
    expect(opened(later.effects)).toEqual([])
    expect(sent(later.effects, 'b')).toEqual([{ topic: 'deployment', id: 'd', events: [event(6), event(7)] }])
  })

  it('a resumed log repeats its last instant only where the lines are new', () => {
    const line = (at: number, text: string) => ({ at: new Date(at), stream: 'stdout' as const, text })
    const logs = (...lines: ReturnType<typeof line>[]): HubEvent => ({
      type: 'payload',
      payload: { topic: 'logs', id: 'd', lines },
    })
    const { state } = run(
      emptyHub,
      hello('a'),
      subscribe('a', { kind: 'logs', id: 'd' }),
      logs(line(1, 'x'), line(2, 'same'), line(2, 'same')),
    )
    expect(opened(run(state, { type: 'retry' }).effects)).toEqual([
      [{ kind: 'logs', id: 'd', since: new Date(2).toISOString() }],
    ])
    const { effects } = run(state, logs(line(2, 'same'), line(2, 'same'), line(2, 'same'), line(3, 'y')))
    expect(sent(effects, 'a')).toEqual([{ topic: 'logs', id: 'd', lines: [line(2, 'same'), line(3, 'y')] }])
  })
})

describe('tabs that end', () => {
  const two = run(emptyHub, hello('a'), hello('b', null), subscribe('a', topic(0)), subscribe('b', topic(0))).state

  it('a tab is watched by its lock and dropped when the lock is free', () => {
    expect(run(emptyHub, hello('a')).effects).toContainEqual({ type: 'watch', tab: 'a', lock: 'lock-a' })
    const left = run(two, { type: 'tab-died', tab: 'a' })
    expect([...left.state.tabs.keys()]).toEqual(['b'])
    expect(left.effects).toEqual([])
  })

  it('without locks a silent tab is dropped, and asked to introduce itself when it speaks again', () => {
    const left = run(two, { type: 'sweep', nowMs: SILENT_TAB_MS + 1 })
    expect([...left.state.tabs.keys()]).toEqual(['a'])
    expect(run(left.state, message('b', { type: 'alive' })).effects).toEqual([
      { type: 'send', tab: 'b', message: { type: 'introduce' } },
    ])
  })

  it('a tab that is alive stays', () => {
    const alive = run(two, message('b', { type: 'alive' }, SILENT_TAB_MS))
    expect(run(alive.state, { type: 'sweep', nowMs: SILENT_TAB_MS + 1 }).state.tabs.size).toBe(2)
  })
})

describe('signing out', () => {
  const { state } = run(emptyHub, hello('a'), hello('b'), subscribe('a', { kind: 'deployments' }))

  it('R10: one tab that signs out ends the stream and every tab', () => {
    const { effects } = run(state, message('a', { type: 'sign-out' }))
    const status = { type: 'status', status: 'signed-out' }
    expect(effects).toEqual([
      { type: 'send', tab: 'a', message: status },
      { type: 'send', tab: 'b', message: status },
      { type: 'close' },
      { type: 'end' },
    ])
  })

  it('nothing opens the stream again afterwards', () => {
    const { state: over } = run(state, { type: 'status', status: 'signed-out' })
    expect(opened(run(over, subscribe('b', topic(0))).effects)).toEqual([])
    expect(run(over, { type: 'status', status: 'live' }).state.status).toBe('signed-out')
  })
})
