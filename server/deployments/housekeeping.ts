/** Takes away what nobody reads any more. Deleting in steps would be kinder to a large table; these stay small. */
import { sql } from 'drizzle-orm'
import type { Ctx } from '#server/context.ts'
import { type Rounds, startRounds } from '#server/rounds.ts'

const ROUND_MS = 3600_000

export const startHousekeeping = ({ ctx, elected }: { ctx: Ctx; elected: () => Promise<boolean> }): Rounds =>
  startRounds(() => sweep(ctx), {
    ...{ everyMs: ROUND_MS, elected },
    onError: (err) => ctx.log.warn({ err }, 'old rows could not be swept; the next round repeats it'),
  })

async function sweep({ db }: Ctx): Promise<void> {
  await db.execute(sql`delete from usage_samples where at < now() - interval '7 days'`)
  // Only what rests, with all of it undone: the rest is still somebody's to see through (I4, I9).
  await db.execute(sql`
    delete from deployments d
    where d.purpose = 'dry-run' and d.state in ('cancelled', 'failed') and d.lease_owner is null
      and d.updated_at < now() - interval '1 day'
      and jsonb_array_length(coalesce(d.error -> 'leftovers', '[]'::jsonb)) = 0
      and not exists (select 1 from reservations r where r.deployment_id = d.id)`)
}
