/**
 * Many clients on one process: every request gets an id of ours on the way in, and its own back on the way out. Pure,
 * so that a property test can show that no client ever gets another's answer.
 */
import {
  isRequest,
  isResponse,
  metaOf,
  type Params,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
  SUBSCRIPTION_META,
} from './json-rpc.ts'

export interface IdRewriter<Client> {
  /** @returns the request under an id of ours, its progress token likewise */
  request(client: Client, request: RpcRequest): RpcRequest
  /** @returns the cancellation under our id, or null when this client has no such open request */
  cancel(client: Client, notification: RpcNotification): RpcNotification | null
  /** What the server said: whose it is, under their own ids; null when it is nobody's (or everybody's). */
  fromServer(message: RpcResponse | RpcNotification): { client: Client; message: RpcMessage } | null
  /** Forgets a client. @returns our ids of its open requests, to be cancelled */
  leave(client: Client): RpcId[]
  readonly open: number
}

interface Entry<Client> {
  client: Client
  id: RpcId
  token: RpcId | undefined
}

export function createIdRewriter<Client>(): IdRewriter<Client> {
  const entries = new Map<RpcId, Entry<Client>>()
  let next = 0

  const withMeta = (params: Params | undefined, key: string, value: RpcId): Params => ({
    ...params,
    _meta: { ...metaOf(params), [key]: value },
  })

  return {
    request(client, request) {
      const ours = ++next
      const token = metaOf(request.params)?.progressToken as RpcId | undefined
      entries.set(ours, { client, id: request.id, token })
      if (token === undefined) return { ...request, id: ours }
      return { ...request, id: ours, params: withMeta(request.params, 'progressToken', ours) }
    },
    cancel(client, notification) {
      for (const [ours, entry] of entries)
        if (entry.client === client && entry.id === notification.params?.requestId)
          return { ...notification, params: { ...notification.params, requestId: ours } }
      return null
    },
    fromServer(message) {
      if (isResponse(message)) {
        const entry = message.id === null ? undefined : entries.get(message.id)
        if (!entry || message.id === null) return null
        entries.delete(message.id)
        const subscription = metaOf(message.result as Params | undefined)?.[SUBSCRIPTION_META]
        const result =
          subscription === undefined ? message.result : withMeta(message.result as Params, SUBSCRIPTION_META, entry.id)
        return {
          client: entry.client,
          message: { ...message, id: entry.id, ...(message.result !== undefined && { result }) },
        }
      }
      if (isRequest(message)) return null
      const subscription = metaOf(message.params)?.[SUBSCRIPTION_META] as RpcId | undefined
      if (subscription !== undefined) {
        const entry = entries.get(subscription)
        if (!entry) return null
        return {
          client: entry.client,
          message: { ...message, params: withMeta(message.params, SUBSCRIPTION_META, entry.id) },
        }
      }
      if (message.method !== 'notifications/progress') return null
      const entry = entries.get(message.params?.progressToken as RpcId)
      if (!entry || entry.token === undefined) return null
      return {
        client: entry.client,
        message: { ...message, params: { ...message.params, progressToken: entry.token } },
      }
    },
    leave(client) {
      const ids = [...entries].filter(([, entry]) => entry.client === client).map(([ours]) => ours)
      for (const ours of ids) entries.delete(ours)
      return ids
    },
    get open() {
      return entries.size
    },
  }
}
