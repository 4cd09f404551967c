export { readBody } from './exchange.ts'
export { createGateway } from './gateway.ts'
export type { GatewayMetrics } from './metrics.ts'
export type { Gateway } from './port.ts'
