/** An answer of the Docker Engine API other than success: `{message}` with a status. */
export class EngineError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'EngineError'
    this.status = status
  }
}

export const badParameter = (message: string) => new EngineError(400, message)
export const notFound = (message: string) => new EngineError(404, message)
export const conflict = (message: string) => new EngineError(409, message)
