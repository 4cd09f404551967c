/** For the gateway too, which starts stdio processes with the same command. */
export { openVariables } from '../variables.ts'
export { commandLine, launchOf } from './launch.ts'
