/**
 * The port between the API emulator and what a droplet really is. `process/` and `host/` implement it.
 *
 *     api/droplets.ts ──boot/powerOff/destroy──▶ DropletDriver ──▶ an ssh2 server in this process   (process)
 *                                                              └─▶ a network namespace with sshd    (host)
 *
 * Promises: `boot` and `powerOn` settle when sshd accepts connections with the host key of the user data; cloud-init's
 * remaining work goes on behind (`berth-droplet bootstrap-status` tells). Methods are idempotent: powering off what is
 * off and destroying what is gone succeed. A driver keeps everything of a droplet below the `dir` it was given, so
 * that `restore` after a restart, even after `kill -9`, finds it. The emulator never calls two methods for one droplet
 * at the same time.
 */
export interface DropletSpec {
  /** DigitalOcean's number, unique in this local cloud. */
  id: number
  name: string
  region: string
  memoryBytes: number
  vcpus: number
  diskBytes: number
  /** cloud-init user data as given at create; empty when none was. */
  userData: string
  /** OpenSSH public key lines of the account keys named at create. */
  authorizedKeys: string[]
}

export interface DropletAddress {
  /** Shown as the droplet's public IPv4 address. */
  ip: string
  /** Becomes the tag `ssh-port:<n>` when it is not 22. */
  sshPort: number
}

/** A sample for the monitoring API. Counters grow since boot. */
export interface DropletStats {
  cpuSeconds: { user: number; system: number; idle: number; iowait: number }
  memoryTotalBytes: number
  memoryFreeBytes: number
  memoryAvailableBytes: number
  memoryCachedBytes: number
  load1: number
  load5: number
  load15: number
  diskTotalBytes: number
  diskFreeBytes: number
}

export interface DropletDriver {
  /** `host:port` by which droplets name the image registry, e.g. `127.0.0.1:4001`. */
  readonly registry: string
  /** First boot. `dir` exists and is empty. */
  boot(spec: DropletSpec, dir: string): Promise<DropletAddress>
  /** After a restart of the local cloud, for each droplet that was on; also reaps what a killed one left behind. */
  restore(spec: DropletSpec, dir: string): Promise<DropletAddress>
  /** Asks the system to stop (containers get SIGTERM). */
  shutdown(id: number): Promise<void>
  /** Pulls the plug (containers get SIGKILL). */
  powerOff(id: number): Promise<void>
  /** Boots a droplet that is off; `spec` may have grown by a resize. The address stays the same. */
  powerOn(spec: DropletSpec, dir: string): Promise<DropletAddress>
  /** Ends everything of the droplet. Also called for droplets that are off; the caller removes `dir` afterwards. */
  destroy(id: number, dir: string): Promise<void>
  /** Null while the droplet is off. */
  stats(id: number): Promise<DropletStats | null>
  /** Ends every process the driver started; the droplets stay restorable. */
  close(): Promise<void>
}

export interface DriverOptions {
  /** The local cloud's data folder; the driver may keep what belongs to no droplet in a folder of its own in it. */
  dataDir: string
  registryPort: number
  /** Folders of image descriptors (`images/descriptor.ts`) that the registry serves. */
  imageDirs: string[]
  log: (line: string) => void
}

/** `process/driver.ts` exports `createProcessDriver`, `host/driver.ts` exports `createHostDriver`. */
export type CreateDriver = (options: DriverOptions) => Promise<DropletDriver>
