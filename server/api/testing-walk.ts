/** What the router walk calls each procedure with. */
import { v7 } from 'uuid'
import type { PlacementSettings } from '#db/placement-preferences.ts'
import { templateContent } from '#db/template-content.ts'
import type { Planted } from '#server/testing/plant.ts'

/** Ids that are somebody else's, or (the second time) nobody's. */
export type Ids = Pick<Planted, 'deploymentId' | 'deploymentTokenId' | 'dropletId'> & {
  sessionId: string
  tokenId: string
}

export type Sample =
  /** Holds an id in every place that takes one: a foreign id must answer as a missing one. */
  | { ids: (ids: Ids, own: Planted) => Record<string, unknown>[] }
  /** Takes no id: must show nothing of anybody else. */
  | { own: (own: Planted) => unknown }
  /** Only an admin may call it. */
  | { admin: Record<string, unknown> | undefined }
  /** Open to everybody, with the reason. */
  | { open: string }

const deployment = { ids: ({ deploymentId }: Ids) => [{ deploymentId }] }
const droplet = { ids: ({ dropletId }: Ids) => [{ dropletId }] }
const nothing = { own: () => undefined }
const userId = v7()
const content = templateContent.parse({
  ...{ displayName: 'X', description: 'For a test', category: 'ai' },
  config: {
    ...{ image: 'registry.example/x:1', transport: { type: 'stdio' } },
    resources: { memoryBytes: 2 ** 27, cpuMillis: 100, diskBytes: 0 },
  },
})

const placement: PlacementSettings = {
  ...{ strategy: 'balanced', weights: null, place: null, latency: 'distance' },
  ...{ preferredRegions: [], forbiddenRegions: [], preferredSizes: [], forbiddenSizes: [] },
  ...{ preferredDroplets: [], forbiddenDroplets: [] },
  provisioning: {
    ...{ enabled: true, maxDropletsPerUser: null, preferredRegions: [], defaultSize: null },
    ...{ autoScaleEnabled: true, monthlyBudgetUsd: null },
  },
}

/** Every procedure of the router stands here; one that does not fails the first test. */
export const SAMPLES: Record<string, Sample> = {
  'templates.list': nothing,
  'templates.categories': nothing,
  'templates.defaults': { own: ({ templateSlug }) => ({ template: templateSlug }) },
  'templates.get': { own: ({ templateSlug }) => ({ slug: templateSlug }) },
  'selection.offers': nothing,
  'selection.strategies': nothing,
  'selection.effectiveness': { own: () => ({ days: 30 }) },
  'selection.plan': { own: ({ templateSlug }) => ({ items: [{ template: templateSlug, count: 2 }], budgetMs: 200 }) },
  'selection.preview': { ids: ({ dropletId }, own) => [{ template: own.templateSlug, dropletId }] },
  'deployments.create': {
    ids: ({ deploymentId, dropletId }, own) => [
      { template: own.templateSlug, region: 'nyc3', dropletId },
      { template: own.templateSlug, reuse: { API_KEY: deploymentId } },
    ],
  },
  'deployments.get': deployment,
  'deployments.list': nothing,
  'deployments.events': deployment,
  'deployments.watch': deployment,
  'deployments.cancel': deployment,
  'deployments.stop': deployment,
  'deployments.start': deployment,
  'deployments.delete': deployment,
  'deployments.redeploy': {
    ids: ({ deploymentId }) => [{ deploymentId }, { deploymentId, variables: { API_KEY: 'x' } }],
  },
  'deployments.createToken': deployment,
  'deployments.revokeToken': {
    ids: ({ deploymentId, deploymentTokenId }, own) => [
      { deploymentId, tokenId: deploymentTokenId },
      { deploymentId: own.deploymentId, tokenId: deploymentTokenId },
      { deploymentId, tokenId: own.deploymentTokenId },
    ],
  },
  'deployments.placement': deployment,
  'deployments.logs': deployment,
  'droplets.list': nothing,
  'droplets.delete': droplet,
  'droplets.forget': droplet,
  'droplets.release': droplet,
  'live.stream': {
    ids: ({ deploymentId: id }) => [
      { topics: [{ kind: 'deployment', id, after: 0 }] },
      { topics: [{ kind: 'logs', id }] },
    ],
  },
  'settings.me': nothing,
  'settings.profile.get': nothing,
  'settings.profile.rename': { own: () => ({ name: 'Me' }) },
  'settings.profile.unlink': { own: () => ({ provider: 'github' }) },
  'settings.cloudAccount.get': nothing,
  'settings.cloudAccount.set': { own: () => ({ token: 'dop_v1_0123456789abcdef' }) },
  'settings.cloudAccount.remove': nothing,
  'settings.cloudAccount.forget': nothing,
  'settings.placement.get': nothing,
  'settings.placement.set': {
    ids: ({ dropletId }) => [
      { ...placement, preferredDroplets: [dropletId] },
      { ...placement, forbiddenDroplets: [dropletId] },
    ],
  },
  'settings.apiTokens.list': nothing,
  'settings.apiTokens.create': { own: () => ({ name: 'x', scopes: ['read'] }) },
  'settings.apiTokens.revoke': { ids: ({ tokenId }) => [{ tokenId }] },
  'settings.sessions.list': nothing,
  'settings.sessions.revoke': { ids: ({ sessionId }) => [{ sessionId }] },
  'settings.sessions.revokeOthers': nothing,
  'settings.sessions.signOut': { own: () => undefined },
  'settings.password.change': { own: () => ({ current: 'not it', next: 'a new password of mine' }) },
  'admin.users.list': { admin: undefined },
  'admin.users.invite': { admin: { email: 'x@berth.test', role: 'user' } },
  'admin.users.invitations': { admin: undefined },
  'admin.users.revokeInvitation': { admin: { invitationId: userId } },
  'admin.users.disable': { admin: { userId } },
  'admin.users.enable': { admin: { userId } },
  'admin.users.reset': { admin: { userId } },
  'admin.users.changeRole': { admin: { userId, role: 'admin' } },
  'admin.templates.list': { admin: undefined },
  'admin.templates.get': { admin: { slug: 'x' } },
  'admin.templates.fromImage': { admin: { reference: 'registry.invalid/x:1' } },
  'admin.templates.fromServerJson': { admin: { document: { name: 'x/y' } } },
  'admin.templates.fromUrl': { admin: { url: 'https://registry.invalid/server.json' } },
  'admin.templates.create': { admin: { slug: 'x', content } },
  'admin.templates.save': { admin: { slug: 'x', base: 1, content } },
  'admin.templates.publish': { admin: { slug: 'x', version: 1 } },
  'admin.templates.deprecate': { admin: { slug: 'x', version: 1 } },
  'admin.templates.withdraw': { admin: { slug: 'x', version: 1 } },
  'admin.templates.compare': { admin: { slug: 'x', from: 1, to: 2 } },
  'admin.templates.validate': { admin: { slug: 'x', version: 1 } },
  'admin.templates.validations': { admin: { slug: 'x' } },
  'admin.templates.validation': { admin: { validationId: userId } },
  'admin.templates.export': { admin: { slug: 'x' } },
  'admin.placement.effectiveness': { admin: { days: 30 } },
  'admin.placement.replay': { admin: { days: 30, strategy: 'pack' } },
  'admin.registries.list': { admin: undefined },
  'admin.registries.set': { admin: { registry: 'registry.invalid', username: 'x', password: 'y' } },
  'admin.registries.remove': { admin: { credentialId: userId } },
  'admin.registries.check': { admin: { credentialId: userId } },
  'admin.upstream.list': { admin: undefined },
  'admin.upstream.add': { admin: { name: 'X', url: 'https://registry.invalid' } },
  'admin.upstream.remove': { admin: { registryId: userId } },
  'admin.upstream.sync': { admin: { registryId: userId } },
  'admin.upstream.search': { admin: undefined },
  'admin.upstream.propose': { admin: { serverId: userId } },
  'admin.templates.bulk': { admin: { slugs: ['x'], action: 'withdraw' } },
  'auth.options': { open: 'says what the sign-in page may offer' },
  'auth.setup': { open: 'needs the setup token' },
  'auth.acceptInvite': { open: 'needs the invitation' },
  'auth.resetPassword': { open: 'needs the link' },
}
