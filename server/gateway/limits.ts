/** Every bound of the gateway, with its reason. Tests pass smaller ones. */
export interface GatewayLimits {
  /** A body that must be read whole (stdio) or kept for one repeat (HTTP). Larger HTTP bodies stream, unrepeated. */
  bodyBytesMax: number
  /** One line or event of a server; a longer one ends its channel, because the rest can't be told apart. */
  lineBytesMax: number
  /** Messages in a batch of revision 2025-03-26. */
  batchMax: number
  /** Processes that one stdio container runs for its clients; each costs the container's memory. */
  processesMax: number
  /** Event streams that one SSE container holds: half of the connections that one port gets, the rest carry messages. */
  streamsMax: number
  /** Sessions kept for one HTTP container. */
  sessionsMax: number
  /** A session that nobody used for this long is put away; its next call brings it back. */
  idleMs: number
  /** Between two comments on a silent event stream: below the idle time-outs of common proxies (60 s). */
  keepAliveMs: number
  /** Messages held for a client that has no stream open. */
  heldMax: number
  /** A client that reads nothing for this long loses its stream. */
  stallMs: number
  /** How long a call waits for a container that refuses connections (it restarts). */
  reconnectMs: number
  /** For `initialize` on behalf of a client, and for an event stream to open. */
  initializeMs: number
  /** How long a message waits for the word that an SSE server took it, before the next one goes. */
  takenMs: number
  /** A process other than the holder takes over a deployment's sessions this long after the last renewal. */
  leaseMs: number
}

export const DEFAULT_LIMITS: GatewayLimits = {
  bodyBytesMax: 16 * 2 ** 20,
  lineBytesMax: 32 * 2 ** 20,
  batchMax: 100,
  processesMax: 16,
  streamsMax: 128,
  sessionsMax: 1000,
  idleMs: 10 * 60_000,
  keepAliveMs: 15_000,
  heldMax: 200,
  stallMs: 60_000,
  reconnectMs: 15_000,
  initializeMs: 60_000,
  takenMs: 5000,
  leaseMs: 15_000,
}
