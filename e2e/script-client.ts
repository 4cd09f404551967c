/**
 * A script's view of Berth: plain fetch on the documented wire format, nothing of the app's code.
 * What works here works for anybody who reads docs/user/scripting.md.
 */
export interface DeploymentView {
  state: string
  endpoint: string | null
  dropletId: string | null
  steps: { id: string; status: string; startedAt: string | null; endedAt: string | null; message: string }[]
  error: null | { code: string; message: string; action: string; step: string | null; leftovers: string[] }
}

export class WireError extends Error {
  readonly code: string
  readonly status: number
  readonly berth: { code: string; field?: string; action: string } | undefined
  constructor(message: string, status: number, code: string, berth?: { code: string; field?: string; action: string }) {
    super(message)
    this.status = status
    this.code = code
    this.berth = berth
  }
}

export interface ScriptClient {
  query<T>(procedure: string, input?: unknown): Promise<T>
  mutate<T>(procedure: string, input?: unknown): Promise<T>
  /** Asks until the state is one of `states`. */
  waitFor(deploymentId: string, states: string[], timeoutMs?: number): Promise<DeploymentView>
}

export function scriptClient(url: string, token: string): ScriptClient {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const read = async <T>(response: Response): Promise<T> => {
    const body = (await response.json()) as {
      result?: { data: { json: T } }
      error?: { json: { message: string; data: { code: string; httpStatus: number; berth?: WireError['berth'] } } }
    }
    if (body.error) {
      const { message, data } = body.error.json
      throw new WireError(message, data.httpStatus, data.code, data.berth)
    }
    if (!body.result) throw new Error(`unexpected answer: ${JSON.stringify(body).slice(0, 300)}`)
    return body.result.data.json
  }
  const client: ScriptClient = {
    query: async (procedure, input) => {
      const search = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify({ json: input }))}`
      return read(await fetch(`${url}/api/trpc/${procedure}${search}`, { headers }))
    },
    mutate: async (procedure, input = {}) =>
      read(
        await fetch(`${url}/api/trpc/${procedure}`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ json: input }),
        }),
      ),
    async waitFor(deploymentId, states, timeoutMs = 60_000) {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        const view = await client.query<DeploymentView>('deployments.get', { deploymentId })
        if (states.includes(view.state)) return view
        if (Date.now() > deadline)
          throw new Error(
            `${deploymentId} is ${view.state}, not ${states.join(' or ')}: ${JSON.stringify(view.error)} ${JSON.stringify(view.steps)}`,
          )
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
  }
  return client
}
