export { type Capacity, capacityOf, type Shape, shortage } from './capacity.ts'
export { choose } from './choose.ts'
export type * from './types.ts'
