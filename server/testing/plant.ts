/** One of everything that belongs to a person, with values that can be recognised wherever they turn up. */
import { v7 } from 'uuid'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { deploymentEvents, deploymentSteps, deployments, deploymentTokens } from '#db/schema/deployments.ts'
import { droplets } from '#db/schema/fleet.ts'
import { STEPS } from '#db/schema/states.ts'
import { registryCredentials, templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { templateConfig } from '#db/template-config.ts'
import { newToken, sha256Hex } from '#server/crypto/vault.ts'
import type { Stack } from './stack.ts'

export interface Planted {
  templateSlug: string
  deploymentId: string
  deploymentTokenId: string
  dropletId: string
  cloudAccountId: string
  credentialId: string
  /** Secrets in the clear and as they are stored: none of them may leave. */
  secrets: string[]
}

export async function plant(stack: Stack, userId: string): Promise<Planted> {
  const { db, base } = stack
  const canary = (what: string) => `canary-${what}-${newToken('c').slice(2, 22)}`
  const secrets: string[] = []
  const seal = (what: string, purpose: string) => {
    const plain = canary(what)
    const sealed = base.vault.seal(plain, purpose)
    secrets.push(plain, sealed.box)
    return sealed
  }
  const [templateId, versionId, deploymentId, dropletId, cloudAccountId] = [v7(), v7(), v7(), v7(), v7()]
  const preset = canary('default')
  secrets.push(preset)
  const config = templateConfig.parse({
    image: '127.0.0.1:1/mcp/planted:1',
    transport: { type: 'stdio' },
    environmentVariables: [{ name: 'API_KEY', isSecret: true, isRequired: true, default: preset }],
    resources: { memoryBytes: 128 * 2 ** 20, cpuMillis: 100, diskBytes: 2 ** 20 },
  })
  const templateSlug = `planted-${templateId}`
  await db.insert(toolCatalog).values({
    ...{ id: templateId, slug: templateSlug, displayName: 'Planted', description: 'For a test', category: 'test' },
    mcpTemplateConfig: config,
  })
  await db.insert(templateVersions).values({ id: versionId, templateId, version: 1, config })
  const credentialId = v7()
  await db.insert(registryCredentials).values({
    ...{ id: credentialId, registry: `${credentialId}.registry.invalid`, username: 'robot' },
    password: seal('registry-password', `registry-credential:${credentialId}`),
  })
  await db.insert(cloudAccounts).values({
    ...{ id: cloudAccountId, userId, accountUuid: v7(), email: 'cloud@berth.test', dropletLimit: 10, status: 'active' },
    token: seal('cloud-token', `cloud-token:${cloudAccountId}`),
    sshPublicKey: 'ssh-ed25519 AAAA',
    sshPrivateKey: seal('ssh-key', `ssh-key:${cloudAccountId}`),
  })
  await db.insert(droplets).values({
    ...{ id: dropletId, userId, cloudAccountId, attemptTag: `berth-try-${dropletId}`, name: `planted-${dropletId}` },
    ...{ state: 'active', region: 'nyc3', size: 's-1', vcpus: 1, memoryBytes: 2 ** 30, diskBytes: 2 ** 34 },
    ...{ priceMonthlyMicros: 6_000_000, priceHourlyMicros: 9000, hostKey: 'ssh-ed25519 BBBB' },
    hostKeyPendingPrivate: seal('host-key', `host-key:${dropletId}`),
  })
  await db.insert(deployments).values({
    ...{ id: deploymentId, userId, templateId, templateVersionId: versionId, name: `planted-${deploymentId}` },
    ...{ state: 'failed', priority: 5, dropletId, lastEvent: 1 },
    variables: base.vault.seal(
      JSON.stringify({ API_KEY: remember(secrets, canary('variable')) }),
      `deployment-variables:${deploymentId}`,
    ),
  })
  await db.insert(deploymentSteps).values(STEPS.map((step, position) => ({ deploymentId, attempt: 1, step, position })))
  const data = { from: null, to: 'queued' }
  await db.insert(deploymentEvents).values({ deploymentId, n: 1, attempt: 1, type: 'state', data })
  const token = newToken('brt')
  secrets.push(token, sha256Hex(token))
  const [row] = await db
    .insert(deploymentTokens)
    .values({ deploymentId, prefix: token.slice(0, 10), tokenHash: sha256Hex(token) })
    .returning({ id: deploymentTokens.id })
  return {
    templateSlug,
    deploymentId,
    deploymentTokenId: row?.id ?? '',
    dropletId,
    cloudAccountId,
    credentialId,
    secrets,
  }
}

function remember(secrets: string[], value: string): string {
  secrets.push(value)
  return value
}
