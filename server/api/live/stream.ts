/**
 * The one stream a browser holds: any number of topics over one SSE connection.
 *
 *   topics → topicSource each → merge → tracked(cursors of all topics, payload)
 *
 * The id of every message is the cursors of all topics, so a reconnect resumes each without a gap (I5), whichever
 * message was the last to arrive.
 */
import { type TrackedEnvelope, tracked } from '@trpc/server'
import { z } from 'zod'
import type { ApiCtx } from '#server/api/trpc.ts'
import type { LivePayload, LiveTopic } from '#server/api/views.ts'
import { merge } from './merge.ts'
import { whileSignedIn } from './signed-in.ts'
import { cursorKey, topicSource } from './topics.ts'

const cursorsSchema = z.record(z.string().max(60), z.string().max(60))

export async function* liveStream(
  ctx: ApiCtx,
  input: { topics: LiveTopic[]; lastEventId?: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<TrackedEnvelope<LivePayload>, void> {
  const cursors = new Map(Object.entries(readCursors(input.lastEventId)))
  const topics = new Map(input.topics.map((topic) => [cursorKey(topic), topic]))
  for (const key of cursors.keys()) if (!topics.has(key)) cursors.delete(key)
  const items = whileSignedIn(ctx, signal, (ended) =>
    merge([...topics].map(([key, topic]) => topicSource(ctx, topic, cursors.get(key), ended))),
  )
  for await (const { payload, cursor } of items) {
    if (cursor) cursors.set(cursor.key, cursor.at)
    yield tracked(JSON.stringify(Object.fromEntries(cursors)), payload)
  }
}

/** An id that this server did not make (or an older one made) resumes nothing: the topics begin anew. */
function readCursors(lastEventId: string | undefined): Record<string, string> {
  if (!lastEventId) return {}
  try {
    return cursorsSchema.parse(JSON.parse(lastEventId))
  } catch {
    return {}
  }
}
