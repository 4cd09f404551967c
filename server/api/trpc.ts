/**
 * tRPC set-up: the context of a call, the three kinds of procedure, and the one place where a `BerthError` becomes a
 * `TRPCError`. A procedure is an input schema and one call of a verb.
 *
 *   request → createContext (server/auth) → errors → access(scope) → input → verb(ctx, input)
 *
 * Promises: a caller without a session or token reaches only `publicProcedure`; a token acts only within its scopes;
 * what is not a BerthError leaves as INTERNAL with no text of its own (I6).
 */
import { initTRPC, TRPCError } from '@trpc/server'
import superjson from 'superjson'
import { ZodError } from 'zod'
import type { Base, Scope, UserCtx } from '#server/context.ts'
import { BerthError, ERROR_CODES, type ErrorCode } from '#server/errors.ts'
import type { Caller } from './caller.ts'

/** How a procedure may be reached; the router walk test reads it. */
export interface Meta {
  access: 'public' | 'user' | 'admin'
  scope?: Scope
}

/** The part of an error that scripts and pages switch on. */
export interface WireError {
  code: ErrorCode
  field?: string
  action: string
}

const PING_INTERVAL_MS = 15_000
/** The browser reconnects when nothing came for this long: two pings lost. */
const RECONNECT_AFTER_MS = 40_000

const t = initTRPC
  .context<Caller>()
  .meta<Meta>()
  .create({
    transformer: superjson,
    isDev: false,
    sse: {
      ping: { enabled: true, intervalMs: PING_INTERVAL_MS },
      client: { reconnectAfterInactivityMs: RECONNECT_AFTER_MS },
    },
    errorFormatter: ({ shape, error }) => {
      const known = asBerthError(error)
      const berth: WireError = { code: known.code, ...(known.field && { field: known.field }), action: known.action }
      return {
        ...shape,
        message: known.message,
        data: { code: shape.data.code, httpStatus: shape.data.httpStatus, berth },
      }
    },
  })

/** Our code for what tRPC itself refuses before a procedure runs. */
const PROTOCOL_ERRORS: Partial<Record<TRPCError['code'], { code: ErrorCode; message: string }>> = {
  NOT_FOUND: { code: 'NOT_FOUND', message: 'There is no such procedure.' },
  BAD_REQUEST: { code: 'INVALID_INPUT', message: 'The input is not valid.' },
  PARSE_ERROR: { code: 'INVALID_INPUT', message: 'The body is not valid JSON.' },
  METHOD_NOT_SUPPORTED: { code: 'INVALID_INPUT', message: 'Queries use GET, mutations use POST.' },
  UNSUPPORTED_MEDIA_TYPE: { code: 'INVALID_INPUT', message: 'Send application/json.' },
  PAYLOAD_TOO_LARGE: { code: 'INVALID_INPUT', message: 'The body is too large.' },
}

export function asBerthError(error: unknown): BerthError {
  if (error instanceof BerthError) return error
  if (error instanceof ZodError) return fromZod(error)
  if (error instanceof TRPCError) {
    if (error.cause instanceof BerthError) return error.cause
    if (error.cause instanceof ZodError) return fromZod(error.cause)
    const known = PROTOCOL_ERRORS[error.code]
    if (known) return new BerthError(known.code, known.message)
  }
  const cause = error instanceof TRPCError ? (error.cause ?? error) : error
  return new BerthError('INTERNAL', 'Something went wrong inside Berth.', { cause })
}

function fromZod(error: ZodError): BerthError {
  const [first] = error.issues
  if (first?.code === 'unrecognized_keys') {
    // A field that is spelled wrong would otherwise be ignored in silence.
    const [unknown = ''] = first.keys
    const named = [...first.path, unknown].map(String).join('.').slice(0, 200)
    return new BerthError('INVALID_INPUT', `${named}: there is no such field here.`, { field: named })
  }
  const field = first?.path.map(String).join('.') || undefined
  return new BerthError('INVALID_INPUT', field ? `${field}: ${first?.message}` : (first?.message ?? 'Invalid input.'), {
    field,
  })
}

/** What tRPC refuses keeps tRPC's status: 405, 413 and 415 have no code of ours. */
const toTrpcError = (error: unknown): TRPCError => {
  const known = asBerthError(error)
  const refusal = error instanceof TRPCError && !error.cause && PROTOCOL_ERRORS[error.code] ? error.code : null
  return new TRPCError({ code: refusal ?? ERROR_CODES[known.code].trpc, message: known.message, cause: known })
}

/** Subscriptions throw while they run, after every middleware: the generator itself is translated. */
async function* translated(values: AsyncIterable<unknown>, fail: (error: unknown) => TRPCError) {
  try {
    yield* values
  } catch (error) {
    throw fail(error)
  }
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const errors = t.middleware(async ({ ctx, next, path, type }) => {
  const fail = (error: unknown): TRPCError => {
    const translatedError = toTrpcError(error)
    const known = asBerthError(error)
    if (known.code === 'INTERNAL') ctx.base.log.error({ err: known.cause ?? error, procedure: path }, 'a call failed')
    return translatedError
  }
  const result = await next()
  if (!result.ok) throw fail(result.error)
  if (type === 'subscription' && isAsyncIterable(result.data)) return { ...result, data: translated(result.data, fail) }
  return result
})

/** What a verb of a signed-in person gets: the plain context, plus the running parts that some verbs use. */
export type ApiCtx = UserCtx & Pick<Caller, 'services' | 'request'>
export type PublicCtx = Base & Pick<Caller, 'services' | 'request'>

function assertScope(actor: UserCtx['actor'], scope: Scope): void {
  if (actor.kind === 'token' && !actor.scopes.includes(scope))
    throw new BerthError('SCOPE_MISSING', `This API token lacks the scope "${scope}".`)
}

/** For what only admins may reach through a procedure that is everybody's. @throws SCOPE_MISSING, NOT_ALLOWED */
export function assertAdmin(actor: UserCtx['actor']): void {
  assertScope(actor, 'admin')
  if (actor.role !== 'admin') throw new BerthError('NOT_ALLOWED', 'Only an admin may do this.')
}

const signedIn = (scope: Scope, admin: boolean) =>
  t.middleware(({ ctx, next }) => {
    const { actor, base, services, request } = ctx
    if (ctx.refused) throw ctx.refused
    if (!actor) throw new BerthError('NOT_SIGNED_IN', 'This needs a signed-in user or an API token.')
    if (admin) assertAdmin(actor)
    else assertScope(actor, scope)
    const user: ApiCtx = { ...base, actor, services, request }
    return next({ ctx: { user } })
  })

const anyone = t.middleware(({ ctx, next }) => {
  if (ctx.refused) throw ctx.refused
  const open: PublicCtx = { ...ctx.base, services: ctx.services, request: ctx.request }
  return next({ ctx: { open } })
})

const base = t.procedure.use(errors)

export const router = t.router
export const createCallerFactory = t.createCallerFactory
export const publicProcedure = base.meta({ access: 'public' }).use(anyone)
/** @param scope what an API token needs; a browser session has all */
export const userProcedure = (scope: Scope) => base.meta({ access: 'user', scope }).use(signedIn(scope, false))
export const adminProcedure = base.meta({ access: 'admin', scope: 'admin' }).use(signedIn('admin', true))
