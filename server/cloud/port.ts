/**
 * DigitalOcean as Berth needs it. One instance a cloud account. Every method retries what may be retried (429 after
 * `ratelimit-reset`/`retry-after`, 5xx, lost connections) within its deadline, honours `signal`, and throws
 * BerthError with a CLOUD_* code: never an error that holds the token.
 */
export interface CloudAccountInfo {
  uuid: string
  email: string
  status: 'active' | 'warning' | 'locked'
  dropletLimit: number
}

export interface CloudSize {
  slug: string
  vcpus: number
  memoryBytes: number
  diskBytes: number
  priceMonthlyMicros: number
  priceHourlyMicros: number
  regions: string[]
  available: boolean
  description: string
}

export interface CloudRegion {
  slug: string
  name: string
  available: boolean
  sizes: string[]
}

export interface CloudDroplet {
  id: number
  name: string
  status: 'new' | 'active' | 'off' | 'archive'
  region: string
  size: string
  tags: string[]
  publicIp: string | null
  /** From a tag `ssh-port:<n>`: where this droplet's sshd listens; 22 without one. */
  sshPort: number
  createdAt: Date
}

export interface CreateDroplet {
  name: string
  region: string
  size: string
  image: string
  sshKeyIds: number[]
  /** All tags; must include `attemptTag`. */
  tags: string[]
  /** Unique to this attempt; after a lost answer it is searched for 60 s before a second try (I3). */
  attemptTag: string
  /**
   * Set when an earlier run may have sent this request (a crash in between): the attempt is then searched for until
   * 60 s after that time before a droplet is made. Without it one search comes first.
   */
  firstTriedAt?: Date
  userData: string
}

export interface CallOptions {
  signal?: AbortSignal
}

export interface Cloud {
  account(o?: CallOptions): Promise<CloudAccountInfo>
  /** Names of the scopes that Berth needs and the token lacks, found by harmless reads (and HEAD-like probes). */
  missingScopes(o?: CallOptions): Promise<string[]>
  sizes(o?: CallOptions): Promise<CloudSize[]>
  regions(o?: CallOptions): Promise<CloudRegion[]>
  /** Finds by public key or uploads; keys can't be tagged, so the installation id is in `name`. */
  ensureSshKey(key: { name: string; publicKey: string }, o?: CallOptions): Promise<number>
  /** Finds by name or creates: inbound 22/tcp only, outbound all, applied to `tag`. */
  ensureFirewall(firewall: { name: string; tag: string }, o?: CallOptions): Promise<string>
  createDroplet(input: CreateDroplet, o?: CallOptions): Promise<CloudDroplet>
  getDroplet(id: number, o?: CallOptions): Promise<CloudDroplet | null>
  listDroplets(filter: { tag: string }, o?: CallOptions): Promise<CloudDroplet[]>
  /** A droplet that is already gone is success. */
  deleteDroplet(id: number, o?: CallOptions): Promise<void>
  deleteSshKey(id: number, o?: CallOptions): Promise<void>
  deleteFirewall(id: string, o?: CallOptions): Promise<void>
}
