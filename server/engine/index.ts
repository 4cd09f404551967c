export { createEnginePool, type EnginePoolOptions } from './pool.ts'
export type {
  CallOptions,
  ContainerInfo,
  ContainerSpec,
  ContainerStats,
  DropletTarget,
  Engine,
  EngineInfo,
  EnginePool,
  ImageInfo,
  LogLine,
  PullProgress,
  RemoteCommand,
  StdioProcess,
} from './port.ts'
export { BOOTSTRAP_STATUS, HOST_KEY_ADD, HOST_KEY_FINISH, PROC_STATS } from './remote-commands.ts'
