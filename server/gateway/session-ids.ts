/**
 * `Mcp-Session-Id` as the gateway gives it: the client's own `initialize`, sealed. So a session outlives the
 * container's process, its idle deadline and a restart of Berth: whoever gets the next call can initialise anew, and
 * nothing is stored. Only the token that opened a session can use it.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type Params, parseJson } from './json-rpc.ts'

export interface SessionTicket {
  deploymentId: string
  tokenId: string
  /** Params of the client's `initialize`; null when they were too long to carry. */
  initialize: Params | null
}

export interface SessionIds {
  seal(ticket: SessionTicket): string
  /** @returns null for anything that this installation did not make */
  open(id: string): SessionTicket | null
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Characters of an id. Common servers and proxies take 8 KB for one header line. */
const ID_LENGTH_MAX = 4000
/** Guards against a crafted deflate stream; ours are far below. */
const PLAIN_BYTES_MAX = 64 * 1024

/** Room for the two ids around it. */
const INITIALIZE_BYTES_MAX = PLAIN_BYTES_MAX - 1024

/**
 * What of a client's `initialize` is kept for its session. Ordinary ones have a few hundred bytes; a long one is not
 * kept, because a thousand sessions would keep it a thousand times: such a session ends with its container's process.
 */
export const recordable = (params: Params | null): Params | null =>
  params && Buffer.byteLength(JSON.stringify(params)) <= INITIALIZE_BYTES_MAX ? params : null

/** @param key 32 bytes */
export function createSessionIds(key: Buffer): SessionIds {
  const encode = (ticket: SessionTicket): string => {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    const plain = deflateRawSync(JSON.stringify([ticket.deploymentId, ticket.tokenId, ticket.initialize]))
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url')
  }
  return {
    seal(ticket) {
      const id = encode(ticket)
      return id.length <= ID_LENGTH_MAX ? id : encode({ ...ticket, initialize: null })
    },
    open(id) {
      if (id.length > ID_LENGTH_MAX) return null
      const box = Buffer.from(id, 'base64url')
      if (box.length <= NONCE_BYTES + TAG_BYTES) return null
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE_BYTES))
        decipher.setAuthTag(box.subarray(-TAG_BYTES))
        const plain = Buffer.concat([decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
        const fields = parseJson(inflateRawSync(plain, { maxOutputLength: PLAIN_BYTES_MAX }).toString('utf8'))
        if (!Array.isArray(fields)) return null
        const [deploymentId, tokenId, initialize] = fields as [string, string, Params | null]
        return { deploymentId, tokenId, initialize }
      } catch {
        return null
      }
    },
  }
}
