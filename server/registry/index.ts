export { type ImageReference, parseReference } from './reference.ts'
export { createResolver, type Resolution, type Resolver } from './resolve.ts'
