/** Types stand in `port.ts`. */
export { removeTwins } from './create-droplet.ts'
