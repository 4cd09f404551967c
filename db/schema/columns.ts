/** Column shapes that every table shares: uuid v7 keys and timestamptz. */
import { bigint, timestamp, uuid } from 'drizzle-orm/pg-core'
import { v7 } from 'uuid'

/** Primary key: uuid v7, made by the application so that rows sort by creation. */
export const id = () =>
  uuid('id')
    .primaryKey()
    .$defaultFn(() => v7())

export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
export const now = (name: string) => at(name).notNull().defaultNow()

/** Bytes and micro-dollars: 64-bit in Postgres, exact in a JavaScript number up to 2^53. */
export const int8 = (name: string) => bigint(name, { mode: 'number' })
