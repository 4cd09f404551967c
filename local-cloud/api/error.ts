/** Errors as DigitalOcean words them: `{id, message, request_id}`. */
export class ApiError extends Error {
  readonly status: number
  readonly id: string
  readonly headers: Record<string, string>
  constructor(status: number, id: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.id = id
    this.headers = headers
  }
}

export const notFound = () => new ApiError(404, 'not_found', 'The resource you were accessing could not be found.')
export const unprocessable = (message: string) => new ApiError(422, 'unprocessable_entity', message)
export const badRequest = (message: string) => new ApiError(400, 'bad_request', message)
export const unauthorized = () => new ApiError(401, 'Unauthorized', 'Unable to authenticate you')
export const forbidden = (scope: string) =>
  new ApiError(403, 'Forbidden', `You are missing the required permission ${scope}`)
export const serverError = () => new ApiError(500, 'server_error', 'Unexpected server-side error')
export const tooManyRequests = (retryAfterSeconds: number) =>
  new ApiError(429, 'too_many_requests', 'API Rate limit exceeded.', { 'retry-after': String(retryAfterSeconds) })
