/** `/_local/…`: how a test or a person steers the local cloud itself. Not part of DigitalOcean's API. */
import { z } from 'zod'
import type { Cloud } from './cloud.ts'
import { ApiError, notFound, unprocessable } from './error.ts'
import { type Faults, faultBody } from './faults.ts'
import { type Answer, parse } from './router.ts'
import { accountId } from './store.ts'

const settingsBody = z.strictObject({
  bootDelayMs: z.int().min(0).max(600_000).optional(),
  actionDelayMs: z.int().min(0).max(600_000).optional(),
  rateLimitPerHour: z.int().min(0).max(1_000_000).optional(),
  /** Of the account whose token the request carries. */
  dropletLimit: z.int().min(0).max(10_000).optional(),
})

export interface LocalCall {
  cloud: Cloud
  faults: Faults
  method: string
  path: string
  /** Null when the request carries none: then it is about all accounts. */
  token: string | null
  contentType: string
  body: unknown
}

export function localAnswer(call: LocalCall): Answer {
  const { cloud, faults, method, path, token } = call
  // A page in some browser can't send this type to another origin without asking first, and is never allowed to.
  if (method === 'POST' && !call.contentType.startsWith('application/json'))
    throw new ApiError(415, 'unsupported_media_type', 'Send content-type: application/json.')
  const account = token === null ? null : accountId(token)
  switch (`${method} ${path}`) {
    case 'GET /_local/health':
      return { status: 200, body: { status: 'ok', registry: cloud.driver.registry } }
    case 'GET /_local/faults':
      return { status: 200, body: { faults: faults.list(account) } }
    case 'POST /_local/faults':
      return { status: 201, body: { fault: faults.add(account, parse(faultBody, call.body)) } }
    case 'DELETE /_local/faults':
      faults.clear(account)
      return { status: 204 }
    case 'GET /_local/settings':
      return { status: 200, body: { settings: settingsOf(cloud, token) } }
    case 'POST /_local/settings': {
      const { dropletLimit, ...settings } = parse(settingsBody, call.body)
      if (dropletLimit !== undefined) {
        if (token === null) throw unprocessable('dropletLimit belongs to an account: send its bearer token.')
        const owner = cloud.store.account(token)
        owner.dropletLimit = dropletLimit
        cloud.store.save(owner)
      }
      Object.assign(cloud.settings, settings)
      return { status: 200, body: { settings: settingsOf(cloud, token) } }
    }
    default:
      throw notFound()
  }
}

function settingsOf(cloud: Cloud, token: string | null) {
  return {
    ...cloud.settings,
    ...(token === null ? {} : { dropletLimit: cloud.store.account(token).dropletLimit }),
  }
}
