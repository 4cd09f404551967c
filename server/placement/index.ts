export { type Capacity, capacityOf, readableBytes, shortage } from './capacity.ts'
export { choose } from './choose.ts'
export { DEFAULT_PREFERENCES } from './strategies.ts'
export type * from './types.ts'
