/**
 * Every command that Berth ever runs on a droplet, as literals (R1). `berth-droplet` is a small script that cloud-init
 * writes to /usr/local/sbin (see server/fleet/user-data.ts).
 */
import type { RemoteCommand } from './port.ts'

const literal = (command: string) => command as RemoteCommand

/** Prints `{"status":"running"|"done"|"error","detail":"…"}`: has cloud-init finished, is Docker up? */
export const BOOTSTRAP_STATUS = literal('berth-droplet bootstrap-status')
/** Reads an OpenSSH private key from stdin and serves it beside the current host key. */
export const HOST_KEY_ADD = literal('berth-droplet host-key-add')
/** Removes every host key but the one added last. */
export const HOST_KEY_FINISH = literal('berth-droplet host-key-finish')
/** Prints `{"memTotalBytes":…,"memAvailableBytes":…,"load1":…,"cpus":…,"diskTotalBytes":…,"diskFreeBytes":…}`. */
export const PROC_STATS = literal('berth-droplet proc-stats')
