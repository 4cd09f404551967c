import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BerthError } from '#server/errors.ts'
import { createCloud } from './cloud.ts'
import type { Cloud } from './port.ts'
import { startTestDigitalOcean, type TestDigitalOcean, testClock } from './testing.ts'

let api: TestDigitalOcean
let cloud: Cloud
beforeEach(async () => {
  api = await startTestDigitalOcean()
  cloud = createCloud({ apiUrl: api.url, token: 't', clock: testClock() })
})
afterEach(() => api.close())

describe('R3: no string changes a request', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      ';rm -rf /',
      '$(id)',
      '`id`',
      "'",
      '"',
      '\n',
      '&',
      '\0',
      '../../account',
      '‮abc',
      'a?b=c',
      '#',
      '%2e%2e/',
    ),
    fc.string({ minLength: 3000, maxLength: 4000 }),
  )
  const base = {
    name: 'berth-1',
    region: 'fra1',
    size: 's-1vcpu-1gb',
    image: 'debian-13-x64',
    sshKeyIds: [1],
    tags: ['berth', 'berth-try-1'],
    attemptTag: 'berth-try-1',
    userData: '#cloud-config\n',
  }

  test.each(['name', 'region', 'size', 'image', 'tag'] as const)(
    '%s goes exactly as given or not at all',
    async (field) => {
      await fc.assert(
        fc.asyncProperty(nasty, async (value) => {
          api.requests.length = 0
          api.droplets.length = 0
          const input = field === 'tag' ? { ...base, tags: [...base.tags, value] } : { ...base, [field]: value }
          const refused = await cloud.createDroplet(input).then(
            () => null,
            (error: BerthError) => error,
          )
          if (refused) {
            expect(refused.code).toBe('INVALID_INPUT')
            expect(api.requests).toEqual([])
            return
          }
          const post = api.requests.find((r) => r.method === 'POST')
          expect(post?.path).toBe('/v2/droplets')
          const tags = post?.body?.tags as string[] | undefined
          expect(field === 'tag' ? tags?.at(-1) : post?.body?.[field]).toBe(value)
        }),
        { numRuns: 60 },
      )
    },
  )

  test('user data goes byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, async (value) => {
        api.requests.length = 0
        api.droplets.length = 0
        const created = await cloud.createDroplet({ ...base, userData: value }).catch((e: BerthError) => e.code)
        if (created === 'INVALID_INPUT') expect(value).toContain('\0')
        else expect(api.requests.find((r) => r.method === 'POST')?.body?.user_data).toBe(value)
      }),
      { numRuns: 60 },
    )
  })

  test('a tag in a listing stays in its parameter', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, async (value) => {
        api.requests.length = 0
        await cloud.listDroplets({ tag: value }).catch((error: BerthError) => expect(error.code).toBe('INVALID_INPUT'))
        for (const request of api.requests)
          expect([request.path, request.query.get('tag_name')]).toEqual(['/v2/droplets', value])
      }),
      { numRuns: 60 },
    )
  })
})
