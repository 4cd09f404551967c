/**
 * JSON-RPC messages to and from one server, whatever carries them: a process's standard streams (stdio-channel.ts), or
 * an event stream with an address to post to (sse-channel.ts).
 */
import { BerthError } from '#server/errors.ts'
import type { RpcMessage } from './json-rpc.ts'

/** How a channel ended: a sentence for whoever still waits. */
export class ChannelEnd extends Error {}

/** Something answers, but not what the template promises: waiting won't help. */
export class WrongServer extends ChannelEnd {}

export interface Channel {
  /** Who gets what the server says. */
  onMessage: (message: RpcMessage) => void
  /** Resolves when the server took the message. @throws ChannelEnd */
  send(message: RpcMessage): Promise<void>
  /** Stops reading (a client is slower than the server); `resume` undoes it. */
  pause(): void
  resume(): void
  /** False as soon as the channel is ending; how it ended is known a little later. */
  readonly open: boolean
  readonly ended: Promise<ChannelEnd>
  close(): Promise<void>
}

/** What was launched for somebody who left meanwhile is closed again. @throws BerthError then */
export async function unlessOver(launched: Promise<Channel>, isOver: () => boolean): Promise<Channel> {
  const channel = await launched
  if (!isOver()) return channel
  void channel.close()
  throw new BerthError('DEPLOYMENT_NOT_SERVING', 'The session ended meanwhile: try again.')
}
