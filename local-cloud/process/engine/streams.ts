/**
 * Attached streams: the multiplexed frames of the Engine API, and the hijacked connection that carries them.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { StreamName } from './logs.ts'

const RAW = 'application/vnd.docker.raw-stream'
const MULTIPLEXED = 'application/vnd.docker.multiplexed-stream'

/** 8 bytes before each piece: stream number, three zeros, length in big endian. */
export function frame(stream: StreamName, payload: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream === 'stdout' ? 1 : 2
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

export interface Attached {
  /** Null when the request was not upgraded: then there is no way for input. */
  input: Duplex | null
  write(stream: StreamName, chunk: Buffer): boolean
  onDrain(resume: () => void): void
  onClose(closed: () => void): void
  end(): void
}

/** Takes over the connection: 101 where the client asked for an upgrade, otherwise a 200 that streams. */
export function attach(
  request: IncomingMessage,
  response: ServerResponse | Duplex,
  head: Buffer,
  tty: boolean,
): Attached {
  const type = tty ? RAW : MULTIPLEXED
  const bytes = (stream: StreamName, chunk: Buffer) => (tty ? chunk : frame(stream, chunk))
  if ('writeHead' in response) {
    response.writeHead(200, { 'content-type': type })
    response.flushHeaders()
    return {
      input: null,
      write: (stream, chunk) => response.write(bytes(stream, chunk)),
      onDrain: (resume) => response.on('drain', resume),
      onClose: (closed) => response.on('close', closed),
      end: () => response.end(),
    }
  }
  const protocol = request.headers.upgrade ?? 'tcp'
  response.write(
    `HTTP/1.1 101 UPGRADED\r\nContent-Type: ${type}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`,
  )
  response.on('error', () => response.destroy())
  if (head.length > 0) response.unshift(head)
  return {
    input: response,
    write: (stream, chunk) => !response.writable || response.write(bytes(stream, chunk)),
    onDrain: (resume) => response.on('drain', resume),
    onClose: (closed) => response.on('close', closed),
    end: () => response.end(),
  }
}
