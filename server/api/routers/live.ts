import { z } from 'zod'
import { rowNumber } from '#server/api/inputs.ts'
import { liveStream } from '#server/api/live/stream.ts'
import { router, userProcedure } from '#server/api/trpc.ts'

/** More than a page shows at once; with its cursors the request stays below Node's 16 KiB of headers. */
const TOPICS_MAX = 48

const topic = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deployments') }),
  z.strictObject({ kind: z.literal('deployment'), id: z.uuid(), after: rowNumber }),
  z.strictObject({ kind: z.literal('logs'), id: z.uuid(), since: z.iso.datetime().optional() }),
  z.strictObject({ kind: z.literal('droplets') }),
  z.strictObject({ kind: z.literal('validation'), id: z.uuid() }),
])

export const liveRouter = router({
  stream: userProcedure('read')
    .input(
      z.strictObject({ topics: z.array(topic).min(1).max(TOPICS_MAX), lastEventId: z.string().max(8000).optional() }),
    )
    .subscription(({ ctx, input, signal }) => liveStream(ctx.user, input, signal)),
})
