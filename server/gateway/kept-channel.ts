/**
 * The channel to one backend that many calls use: opened once for all who wait for it, and anew when it was lost or
 * another container serves by now.
 */
import { type Channel, ChannelEnd, unlessOver } from './channel.ts'
import type { Backend } from './port.ts'

export interface KeptChannel {
  /** Costs the container a channel, or soon does: not yet when `launch` is called. */
  readonly costly: boolean
  /** @returns a channel that is ready. @throws BerthError, ChannelEnd */
  ensure(backend: Backend): Promise<Channel>
  /** The open channel to this container, which is the caller's from here on. */
  take(backend: Backend): Channel | undefined
  /** Closes it; the next call opens another. */
  park(): Promise<void>
  /** Closes it, and whatever is launched still. */
  end(): Promise<void>
}

interface KeptChannelOptions {
  launch(backend: Backend): Promise<Channel>
  /** Before any call gets it; what is not made ready is closed. */
  ready(channel: Channel): Promise<void> | void
  /** It ended or was closed: heard once, before another is opened. */
  lost(end: ChannelEnd): void
}

export function keepChannel(o: KeptChannelOptions): KeptChannel {
  let channel: Channel | null = null
  let containerId: string | null = null
  let opening: Promise<Channel> | null = null
  let over = false

  const openTo = (backend: Backend) => (channel?.open && containerId === backend.containerId ? channel : undefined)

  function lost(which: Channel, end: ChannelEnd): void {
    if (channel !== which) return
    channel = null
    o.lost(end)
  }

  async function open(backend: Backend): Promise<Channel> {
    const opened = await unlessOver(o.launch(backend), () => over)
    channel = opened
    containerId = backend.containerId
    void opened.ended.then((end) => lost(opened, end))
    try {
      await o.ready(opened)
    } catch (error) {
      await park()
      throw error
    }
    return opened
  }

  async function park(): Promise<void> {
    const closing = channel
    if (!closing) return
    lost(closing, new ChannelEnd('The connection to the server was closed.'))
    await closing.close()
  }

  return {
    get costly() {
      return channel !== null || opening !== null
    },
    async ensure(backend) {
      while (!opening) {
        const known = openTo(backend)
        if (known) return known
        // Not both in one turn: another call may have opened one while the old one closed.
        if (channel) await park()
        else
          opening = open(backend).finally(() => {
            opening = null
          })
      }
      return opening
    },
    take(backend) {
      const taken = openTo(backend)
      if (taken) channel = null
      return taken
    },
    park,
    end() {
      over = true
      return park()
    },
  }
}
