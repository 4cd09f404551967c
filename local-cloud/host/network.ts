/**
 * One bridge per local cloud, and a network namespace per droplet with a veth pair onto it.
 *
 *     host ── bridge bb<instance> 10.88.N.1/24 ──┬── veth ── [berth-<instance>-<id>] eth0 10.88.N.2
 *                                                └── veth ── [berth-<instance>-<id>] eth0 10.88.N.3
 *
 * Nothing is forwarded or translated: droplets reach the bridge's address (where the registry listens) and one
 * another, and this machine reaches them. The rest of the network is unreachable from a droplet.
 */
import { createServer } from 'node:net'
import { type CommandError, run } from './run.ts'

export interface Subnet {
  /** The third number of `10.88.N.0/24`. */
  third: number
}

export const bridgeAddress = (subnet: Subnet) => `10.88.${subnet.third}.1`
export const subnetCidr = (subnet: Subnet) => `10.88.${subnet.third}.0/24`
export const hostAddress = (subnet: Subnet, host: number) => `10.88.${subnet.third}.${host}`

/**
 * Addresses of both layers are known beforehand, so neither side has to ask: the kernel may take a second to notice
 * that a new port is up, and drops what is asked meanwhile. A fixed one also keeps the bridge's from changing with
 * its ports.
 */
const macAddress = (subnet: Subnet, host: number) =>
  ['02:42:0a:58', ...[subnet.third, host].map((byte) => byte.toString(16).padStart(2, '0'))].join(':')
const neighbour = (subnet: Subnet, host: number) =>
  `${hostAddress(subnet, host)} lladdr ${macAddress(subnet, host)} nud permanent`

/** Interface names hold 15 characters at most: `bb` + 6, `bv` + 6 + a number in base 36. */
const bridgeName = (instance: string) => `bb${instance}`
const vethName = (instance: string, id: number) => `bv${instance}${id.toString(36)}`.slice(0, 15)
export const namespaceName = (instance: string, id: number) => `berth-${instance}-${id}`

export interface Claim {
  subnet: Subnet
  release(): Promise<void>
}

/**
 * Takes the subnet of an earlier start, or the first that neither an interface of this machine nor another local cloud
 * has. What holds it is an abstract socket: no file, and the kernel frees it with this process, however that ends.
 * @throws Error when the wanted one is taken or none is free
 */
export async function claimSubnet(wanted: Subnet | null): Promise<Claim> {
  const candidates = wanted ? [wanted] : Array.from({ length: 256 }, (_, third) => ({ third }))
  const used = await interfacesBySubnet()
  for (const subnet of candidates) {
    if (!wanted && used.has(subnet.third)) continue
    const holder = createServer().unref()
    const held = await new Promise<boolean>((resolve) => {
      holder.once('error', () => resolve(false))
      holder.listen(`\0berth-host-${subnetCidr(subnet)}`, () => resolve(true))
    })
    if (held) return { subnet, release: () => new Promise((resolve) => holder.close(() => resolve())) }
  }
  throw new Error(
    wanted
      ? `${subnetCidr(wanted)}, where the droplets of this data folder live, is used by another local cloud: stop that one first.`
      : 'No 10.88.N.0/24 is free on this machine: stop other local clouds first.',
  )
}

/** Which interface has an address in which `10.88.N`, also those that are down. */
async function interfacesBySubnet(): Promise<Map<number, string>> {
  const text = await run('ip', ['-4', '-oneline', 'addr', 'show'])
  return new Map(
    [...text.matchAll(/^\d+: (\S+) +inet 10\.88\.(\d+)\./gm)].map(([, name = '', third]) => [Number(third), name]),
  )
}

/** @throws Error when another interface of this machine has the subnet */
export async function createBridge(instance: string, subnet: Subnet): Promise<void> {
  await removeBridge(instance)
  const taken = (await interfacesBySubnet()).get(subnet.third)
  if (taken) {
    throw new Error(
      `The droplets of this data folder have addresses in ${subnetCidr(subnet)}, which interface ${taken} now uses: remove it, then start again.`,
    )
  }
  await batch([
    `link add ${bridgeName(instance)} address ${macAddress(subnet, 1)} type bridge`,
    `addr add ${bridgeAddress(subnet)}/24 dev ${bridgeName(instance)}`,
    `link set ${bridgeName(instance)} up`,
  ])
}

export const removeBridge = (instance: string) => gone(run('ip', ['link', 'del', bridgeName(instance)]))

export async function createNamespace(instance: string, id: number, subnet: Subnet, host: number): Promise<void> {
  const namespace = namespaceName(instance, id)
  const veth = vethName(instance, id)
  await batch([
    `netns add ${namespace}`,
    `link add ${veth} type veth peer name eth0 address ${macAddress(subnet, host)} netns ${namespace}`,
    `link set ${veth} master ${bridgeName(instance)} up`,
    `neigh replace ${neighbour(subnet, host)} dev ${bridgeName(instance)}`,
  ])
  await batch(
    [
      'link set lo up',
      `addr add ${hostAddress(subnet, host)}/24 dev eth0`,
      'link set eth0 up',
      `route add default via ${bridgeAddress(subnet)}`,
      `neigh replace ${neighbour(subnet, 1)} dev eth0`,
    ],
    ['-n', namespace],
  )
}

/** The veth pair goes with the namespace's end, which may come late: deleting it by name makes it certain. */
export async function removeNamespace(instance: string, id: number): Promise<void> {
  await gone(run('ip', ['link', 'del', vethName(instance, id)]))
  await gone(run('ip', ['netns', 'del', namespaceName(instance, id)]))
}

/** Droplet ids whose namespaces exist, made by this instance, maybe in an earlier life. */
export async function listNamespaces(instance: string): Promise<number[]> {
  const prefix = `berth-${instance}-`
  const text = await run('ip', ['netns', 'list'])
  return text
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .filter(Number.isInteger)
}

/** Processes that live in a droplet's namespace; containers have their own and aren't among them. */
export async function namespaceProcesses(instance: string, id: number): Promise<number[]> {
  const text = await run('ip', ['netns', 'pids', namespaceName(instance, id)]).catch(() => '')
  return text.split('\n').filter(Boolean).map(Number)
}

const batch = (lines: string[], flags: string[] = []) =>
  run('ip', [...flags, '-batch', '-'], { input: `${lines.join('\n')}\n` })

async function gone(command: Promise<string>): Promise<void> {
  await command.catch((error: CommandError) => {
    if (!/Cannot find device|No such file or directory/.test(error.stderr ?? '')) throw error
  })
}
