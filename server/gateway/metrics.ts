/** What the gateway counts. `/api/metrics` gives an implementation on prom-client; without one nothing is counted. */
export interface GatewayMetrics {
  /** One answered request; `deploymentId` is null when it was refused before one was known. */
  request(o: { deploymentId: string | null; status: number; seconds: number }): void
  /** Sessions that this process holds now. */
  sessions(o: { stdio: number; sse: number; http: number }): void
}

export const NO_METRICS: GatewayMetrics = { request: () => {}, sessions: () => {} }
