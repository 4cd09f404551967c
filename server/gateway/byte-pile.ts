/**
 * Bytes that come in pieces, as one buffer. Kept piece by piece, each byte of a body sent in chunks of one would cost
 * a hundred of memory: a sender could use up the process with a body that is within its limit.
 */
export interface BytePile {
  readonly bytes: number
  add(piece: Uint8Array): void
  /** All that was added, and begins anew. */
  take(): Buffer
}

const EMPTY = Buffer.alloc(0)
const FIRST_BYTES = 4096

export function createBytePile(): BytePile {
  /** The first `bytes` of it hold; the only piece so far stays where it is. */
  let store: Uint8Array = EMPTY
  let bytes = 0
  let own = false

  function grow(needed: number): void {
    if (own && needed <= store.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * bytes, FIRST_BYTES))
    larger.set(store.subarray(0, bytes))
    store = larger
    own = true
  }

  return {
    get bytes() {
      return bytes
    },
    add(piece) {
      if (bytes === 0) {
        store = piece
        own = false
      } else {
        grow(bytes + piece.length)
        store.set(piece, bytes)
      }
      bytes += piece.length
    },
    take() {
      const taken = Buffer.from(store.buffer, store.byteOffset, bytes)
      store = EMPTY
      bytes = 0
      own = false
      return taken
    },
  }
}
