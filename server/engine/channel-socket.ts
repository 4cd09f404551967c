/**
 * An SSH channel in the shape that `http.Agent` wants a socket to have. It exists before its channel does: what is
 * written meanwhile waits in the stream. (An agent whose `createConnection` answers later counts no socket until
 * then, and its `maxSockets` bounds nothing.)
 */
import { Agent } from 'node:http'
import { Duplex } from 'node:stream'
import { inspect } from 'node:util'
import type { ClientChannel } from 'ssh2'

type Done = (error?: Error | null) => void

const reset = () => Object.assign(new Error('the SSH channel was closed'), { code: 'ECONNRESET' })

export class ChannelSocket extends Duplex {
  readonly #open: () => Promise<ClientChannel>
  #channel: ClientChannel | null = null
  #closed = false
  #writing: Done | null = null
  #idleMs = 0
  #idleTimer: NodeJS.Timeout | undefined
  #activeAt = 0

  constructor(open: () => Promise<ClientChannel>) {
    super({ allowHalfOpen: false })
    this.#open = open
  }

  override _construct(done: Done): void {
    this.#open().then((channel) => {
      this.#channel = channel
      channel.on('data', (chunk: Buffer) => {
        this.#touch()
        if (!this.push(chunk)) channel.pause()
      })
      channel.on('end', () => this.push(null))
      channel.on('error', (error: Error) => this.destroy(error))
      channel.on('close', () => {
        this.#closed = true
        const writing = this.#writing
        this.#writing = null
        // ssh2 never calls back for a write to a channel that has closed.
        writing?.(reset())
        if (!this.readableEnded && !this.destroyed) this.push(null)
      })
      done()
    }, done)
  }

  override _read(): void {
    this.#channel?.resume()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: Done): void {
    if (this.#closed || !this.#channel) {
      done(reset())
      return
    }
    this.#touch()
    this.#writing = done
    this.#channel.write(chunk, encoding, (error) => {
      if (this.#writing !== done) return
      this.#writing = null
      done(error)
    })
  }

  override _final(done: Done): void {
    if (!this.#closed) this.#channel?.end()
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    clearTimeout(this.#idleTimer)
    this.#channel?.close()
    // What still arrives is dropped, so that the channel's window opens and its end is seen.
    this.#channel?.resume()
    done(error)
  }

  // What node:http calls on a socket. Nagle's algorithm and TCP keep-alive belong to the SSH connection below.
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  setTimeout(ms: number, callback?: () => void): this {
    clearTimeout(this.#idleTimer)
    this.#idleMs = ms
    if (callback) {
      if (ms === 0) this.off('timeout', callback)
      else this.once('timeout', callback)
    }
    if (ms > 0) {
      this.#activeAt = performance.now()
      this.#watchIdle(ms)
    }
    return this
  }

  #touch(): void {
    if (this.#idleMs > 0) this.#activeAt = performance.now()
  }

  #watchIdle(inMs: number): void {
    this.#idleTimer = setTimeout(() => {
      const leftMs = this.#activeAt + this.#idleMs - performance.now()
      if (leftMs > 1) this.#watchIdle(leftMs)
      else this.emit('timeout')
    }, inMs).unref()
  }
}

export class ChannelAgent extends Agent {
  readonly #open: () => Promise<ClientChannel>

  constructor(open: () => Promise<ClientChannel>, bounds: { maxSockets: number; maxFreeSockets: number }) {
    super({ keepAlive: bounds.maxFreeSockets > 0, scheduling: 'lifo', ...bounds })
    this.#open = open
  }

  override createConnection(): Duplex {
    return new ChannelSocket(this.#open)
  }

  get busy(): boolean {
    return Object.keys(this.sockets).length > 0 || Object.keys(this.requests).length > 0
  }

  /**
   * docker-modem inspects its options at every request, at any depth: without this it would walk every socket and
   * every queued request (1,000 calls at once took minutes; with it 0.3 s).
   */
  [inspect.custom](): string {
    return 'ChannelAgent'
  }
}
