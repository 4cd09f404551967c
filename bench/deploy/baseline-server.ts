/** One bare tRPC procedure: parse, one transaction with an insert and an update, answer. */
import { initTRPC } from '@trpc/server'
import { createHTTPServer } from '@trpc/server/adapters/standalone'
import postgres from 'postgres'
import superjson from 'superjson'
import { v7 } from 'uuid'
import { z } from 'zod'

const sql = postgres(process.argv[2] ?? '', { max: 20 })
await sql`create table if not exists bench_rows (id uuid primary key, name text not null, n int not null default 0)`
const t = initTRPC.create({ transformer: superjson })
const router = t.router({
  create: t.procedure.input(z.object({ name: z.string() })).mutation(({ input }) =>
    sql.begin(async (tx) => {
      const id = v7()
      await tx`insert into bench_rows (id, name) values (${id}, ${input.name})`
      await tx`update bench_rows set n = n + 1 where id = ${id}`
      return { id }
    }),
  ),
})
const server = createHTTPServer({ router })
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address ? address.port : 0)
})
process.once('disconnect', () => process.exit(0))
