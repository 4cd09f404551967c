/** Types stand in `port.ts`. */
export { createCloud } from './cloud.ts'
export { removeTwins } from './create-droplet.ts'
