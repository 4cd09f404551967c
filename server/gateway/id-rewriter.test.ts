import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIdRewriter } from './id-rewriter.ts'
import { metaOf, type RpcId, type RpcMessage, type RpcRequest, SUBSCRIPTION_META } from './json-rpc.ts'

const id = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom('a', 'b', '1'))
const call = fc.record({ client: fc.integer({ min: 0, max: 3 }), id, token: fc.option(id, { nil: undefined }) })

test('two clients never get each other’s answers, whatever ids and orders they use', () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (calls, order) => {
      const rewriter = createIdRewriter<number>()
      const sent = calls.map((c, n) => {
        const request: RpcRequest = {
          jsonrpc: '2.0',
          id: c.id,
          method: 'tools/call',
          params: { n, _meta: c.token === undefined ? {} : { progressToken: c.token } },
        }
        return { ...c, n, ours: rewriter.request(c.client, request) }
      })
      expect(new Set(sent.map((s) => s.ours.id)).size).toBe(sent.length)
      const left = [...sent]
      while (left.length > 0) {
        const [next] = left.splice((order.next().value ?? 0) % left.length, 1)
        if (!next) continue
        const token = metaOf(next.ours.params)?.progressToken as RpcId | undefined
        if (token !== undefined) {
          const progress = rewriter.fromServer({
            jsonrpc: '2.0',
            method: 'notifications/progress',
            params: { progressToken: token, progress: next.n },
          })
          expect(progress?.client).toBe(next.client)
          expect(progress?.message).toMatchObject({ params: { progressToken: next.token, progress: next.n } })
        }
        const answer = rewriter.fromServer({ jsonrpc: '2.0', id: next.ours.id, result: { n: next.n } })
        expect(answer).toEqual({ client: next.client, message: { jsonrpc: '2.0', id: next.id, result: { n: next.n } } })
        expect(rewriter.fromServer({ jsonrpc: '2.0', id: next.ours.id, result: {} })).toBeNull()
      }
      expect(rewriter.open).toBe(0)
    }),
  )
})

test('a client can cancel only its own request', () => {
  const rewriter = createIdRewriter<string>()
  const ours = rewriter.request('first', { jsonrpc: '2.0', id: 7, method: 'tools/call' })
  const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } } as const
  expect(rewriter.cancel('second', cancelled)).toBeNull()
  expect(rewriter.cancel('first', cancelled)).toMatchObject({ params: { requestId: ours.id } })
})

test('a client that left gets nothing more, and its open requests are named', () => {
  const rewriter = createIdRewriter<string>()
  const ours = rewriter.request('gone', { jsonrpc: '2.0', id: 1, method: 'tools/call' })
  expect(rewriter.leave('gone')).toEqual([ours.id])
  expect(rewriter.fromServer({ jsonrpc: '2.0', id: ours.id, result: {} })).toBeNull()
})

test('a subscription keeps the id that its client gave it', () => {
  const rewriter = createIdRewriter<string>()
  const ours = rewriter.request('c', { jsonrpc: '2.0', id: 'listen:0', method: 'subscriptions/listen' })
  const note: RpcMessage = {
    jsonrpc: '2.0',
    method: 'notifications/tools/list_changed',
    params: { _meta: { [SUBSCRIPTION_META]: ours.id } },
  }
  expect(rewriter.fromServer(note)).toMatchObject({
    message: { params: { _meta: { [SUBSCRIPTION_META]: 'listen:0' } } },
  })
})
