/** dockerode over an agent, and the two ways in which it must be held. */
import type { Agent } from 'node:http'
import Dockerode from 'dockerode'

/** Nothing resolves this name: the agent's sockets end at the droplet's Docker socket whatever they are asked for. */
const ANY_HOST = 'docker'

export function dockerOver(agent: Agent): Dockerode {
  // Everything is named, so that no DOCKER_* variable of this process decides where a call goes.
  const options = {
    host: ANY_HOST,
    port: 80,
    protocol: 'http' as const,
    pathPrefix: '/',
    agent,
    ca: undefined,
    cert: undefined,
    key: undefined,
    timeout: undefined,
  }
  return new Dockerode(options)
}

/**
 * dockerode sends the options of a POST twice: as body and in the URL, where a variable's value would be read from
 * logs (I6). With these two keys it sends each part once.
 */
export function inBody<T extends object>(body: T, query: Record<string, string>, abortSignal: AbortSignal): T {
  const split: { _body: T; _query: Record<string, string>; abortSignal: AbortSignal } = {
    _body: body,
    _query: query,
    abortSignal,
  }
  return split as unknown as T
}
