/**
 * Docker's multiplexed stream: 8 bytes of header (stream, three zeros, length as big-endian uint32), then the bytes.
 * Payload is passed on as it comes, so that a frame of any length needs no memory.
 * @see https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach
 */
import { BerthError } from '#server/errors.ts'

const HEADER_BYTES = 8

export interface Frame {
  stream: 'stdout' | 'stderr'
  data: Buffer
}

/** @returns a function that takes the next chunk and gives the pieces of frames in it, in order */
export function createDemuxer(): (chunk: Buffer) => Frame[] {
  const header = Buffer.alloc(HEADER_BYTES)
  let headerBytes = 0
  let leftBytes = 0
  let stream: Frame['stream'] = 'stdout'
  return (chunk) => {
    const frames: Frame[] = []
    let at = 0
    while (at < chunk.length) {
      if (leftBytes === 0) {
        const taken = chunk.copy(header, headerBytes, at, at + HEADER_BYTES - headerBytes)
        headerBytes += taken
        at += taken
        if (headerBytes < HEADER_BYTES) break
        headerBytes = 0
        stream = streamOf(header)
        leftBytes = header.readUInt32BE(4)
        continue
      }
      const data = chunk.subarray(at, at + leftBytes)
      at += data.length
      leftBytes -= data.length
      frames.push({ stream, data })
    }
    return frames
  }
}

function streamOf(header: Buffer): Frame['stream'] {
  const kind = header[0]
  if (kind === undefined || kind > 2 || header[1] !== 0 || header[2] !== 0 || header[3] !== 0)
    throw new BerthError('ENGINE_REJECTED', 'The Docker Engine sent a stream that is not multiplexed.')
  return kind === 2 ? 'stderr' : 'stdout'
}
