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

/**
 * Ends one process that was started in a container through `docker exec`: the Engine API can start one, not end one.
 * The script must kill nothing unless `/proc/<pid>/cgroup` names the container, then sends SIGTERM to the process
 * group that <pid> leads, SIGKILL a second later, and exits 0 as soon as it is gone (or was gone already).
 * @param pid as the droplet counts it (`GET /exec/<id>/json`, `Pid`)
 * @param containerId the full id, 64 hex digits
 * @throws RangeError unless both have exactly these shapes: nothing else can become part of the command (R1)
 */
export function execKill(process: { pid: number; containerId: string }): RemoteCommand {
  // Linux: pid_max is at most 2^22; 1 is the droplet's init.
  if (!Number.isInteger(process.pid) || process.pid < 2 || process.pid > 2 ** 22) throw new RangeError('not a pid')
  if (!/^[0-9a-f]{64}$/.test(process.containerId)) throw new RangeError('not a container id')
  return literal(`berth-droplet exec-kill ${process.pid} ${process.containerId}`)
}
