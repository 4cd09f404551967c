export { type Capacity, capacityOf, shortage } from './capacity.ts'
export { choose } from './choose.ts'
export type * from './types.ts'
