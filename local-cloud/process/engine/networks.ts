/** Networks exist by name and label only: the containers of this engine share the machine's own network. */
import { z } from 'zod'
import { type EngineContext, newId } from './context.ts'
import { badParameter, conflict, EngineError, notFound } from './errors.ts'
import { type Filters, labelsMatch, nameMatches } from './filters.ts'
import type { StoredNetwork } from './state.ts'

export const createNetworkBody = z.looseObject({
  Name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/),
  Driver: z.string().default('bridge'),
  Internal: z.boolean().default(false),
  Labels: z.record(z.string(), z.string()).nullish(),
  Options: z.record(z.string(), z.string()).nullish(),
})

/** Docker has them from the start; they can't be removed. */
const BUILT_IN = ['bridge', 'host', 'none']

export function ensureBuiltInNetworks(ctx: EngineContext): void {
  for (const name of BUILT_IN)
    if (!ctx.state.networks.some((network) => network.name === name))
      ctx.state.networks.push(networkOf(name, name === 'none' ? 'null' : name))
}

function networkOf(name: string, driver: string): StoredNetwork {
  const created = new Date().toISOString()
  return { id: newId(), name, created, driver, internal: false, labels: {}, options: {} }
}

export function createNetwork(ctx: EngineContext, body: z.infer<typeof createNetworkBody>) {
  if (ctx.state.networks.some((network) => network.name === body.Name))
    throw conflict(`network with name ${body.Name} already exists`)
  if (body.Driver !== 'bridge')
    throw badParameter(`could not find plugin ${body.Driver} in v1 plugin registry: plugin not found`)
  const network = {
    ...networkOf(body.Name, 'bridge'),
    internal: body.Internal,
    labels: body.Labels ?? {},
    options: body.Options ?? {},
  }
  ctx.state.networks.push(network)
  ctx.save()
  return { Id: network.id, Warning: '' }
}

export function findNetwork(ctx: EngineContext, text: string): StoredNetwork {
  const { networks } = ctx.state
  const network =
    networks.find((n) => n.name === text) ?? networks.find((n) => text.length >= 6 && n.id.startsWith(text))
  if (!network) throw notFound(`network ${text} not found`)
  return network
}

export function removeNetwork(ctx: EngineContext, text: string): void {
  const network = findNetwork(ctx, text)
  if (BUILT_IN.includes(network.name))
    throw new EngineError(403, `${network.name} is a pre-defined network and cannot be removed`)
  if (endpoints(ctx, network).length > 0)
    throw new EngineError(
      403,
      `error while removing network: network ${network.name} id ${network.id} has active endpoints`,
    )
  ctx.state.networks = ctx.state.networks.filter((other) => other !== network)
  ctx.save()
}

/** Running containers of a network. */
function endpoints(ctx: EngineContext, network: StoredNetwork) {
  return ctx.state.containers.filter((c) => ctx.runs.has(c.id) && c.networks.includes(network.name))
}

export function inspectNetwork(ctx: EngineContext, network: StoredNetwork) {
  return {
    Name: network.name,
    Id: network.id,
    Created: network.created,
    Scope: 'local',
    Driver: network.driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: null, Config: [] },
    Internal: network.internal,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(
      endpoints(ctx, network).map((c) => [
        c.id,
        { Name: c.name, EndpointID: c.id, MacAddress: '', IPv4Address: '', IPv6Address: '' },
      ]),
    ),
    Options: network.options,
    Labels: network.labels,
  }
}

export function listNetworks(ctx: EngineContext, filters: Filters) {
  return ctx.state.networks
    .filter((network) => labelsMatch(network.labels, filters.label) && nameMatches(network.name, filters.name))
    .filter((network) => !filters.id || filters.id.some((id) => network.id.startsWith(id)))
    .map((network) => inspectNetwork(ctx, network))
}
