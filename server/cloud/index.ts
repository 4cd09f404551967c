export { type CloudOptions, createCloud } from './cloud.ts'
export { LOST_ANSWER_WINDOW_MS, removeTwins } from './create-droplet.ts'
export type {
  CallOptions,
  Cloud,
  CloudAccountInfo,
  CloudDroplet,
  CloudRegion,
  CloudSize,
  CreateDroplet,
} from './port.ts'
