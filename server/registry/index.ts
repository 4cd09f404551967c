export { parseReference } from './reference.ts'
export { createResolver, type Resolver } from './resolve.ts'
