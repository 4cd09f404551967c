/** Templates and validations in a real database, beside a real small registry with images made for a test. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { templateValidations, templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { TemplateContent } from '#db/template-content.ts'
import { headOf } from '#db/template-head.ts'
import type { CheckId } from '#db/template-validation.ts'
import { type BuiltImage, CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE, sha256 } from '#local-cloud/registry/build.ts'
import { createRegistry } from '#local-cloud/registry/server.ts'
import type { Base } from '#server/context.ts'
import type { DryRunInput, DryRunResult } from '#server/deployments/index.ts'
import { testStack } from '#server/testing/stack.ts'
import { content, offer } from './testing.ts'

/** Docker's names of the parts of an image config. */
export interface TestImage {
  name: string
  User?: string
  Env?: string[]
  Entrypoint?: string[]
  Cmd?: string[]
  ExposedPorts?: Record<string, object>
  Labels?: Record<string, string>
  history?: { created_by: string }[]
}

export interface TestRegistry {
  /** `127.0.0.1:port` */
  host: string
  /** Replaces what the registry has. */
  serve(...images: TestImage[]): void
  serveBuilt(...images: BuiltImage[]): void
  /** Answers 503 until it is served again: to everything, or to who asks for signatures. */
  break(what?: 'signatures'): void
  /** Done before it answers; until it is served again. */
  onRequest(first: () => Promise<void>): void
  close(): Promise<void>
}

export async function testRegistry(): Promise<TestRegistry> {
  let answering = createRegistry([])
  const everything = /^/
  let broken: RegExp | null = null
  let first = async () => {}
  const server = createServer(async (req, res) => {
    await first()
    if (broken?.test(req.url ?? '')) res.writeHead(503).end()
    else answering.emit('request', req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const registry: TestRegistry = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (...images) => registry.serveBuilt(...images.map(built)),
    serveBuilt(...images) {
      broken = null
      first = async () => {}
      answering = createRegistry(images)
    },
    break(what) {
      broken = what === 'signatures' ? /\/referrers\/|\.sig$/ : everything
    },
    onRequest(given) {
      first = given
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return registry
}

export function built({ name, history = [], ...config }: TestImage): BuiltImage {
  const blob = (mediaType: string, body: Buffer) => ({ mediaType, content: body, digest: sha256(body) })
  const json = (value: unknown) => Buffer.from(JSON.stringify(value))
  const layer = blob(LAYER_TYPE, Buffer.from(`layer of ${name}`))
  const made = {
    ...{ created: new Date().toISOString(), architecture: 'amd64', os: 'linux', history },
    config: { User: 'app', Entrypoint: ['/usr/bin/weather'], ExposedPorts: { '8080/tcp': {} }, ...config },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  }
  const configBlob = blob(CONFIG_TYPE, json(made))
  const part = (b: typeof layer) => ({ mediaType: b.mediaType, digest: b.digest, size: b.content.length })
  const manifest = { schemaVersion: 2, mediaType: MANIFEST_TYPE, config: part(configBlob), layers: [part(layer)] }
  return { name, tags: ['1'], manifest: blob(MANIFEST_TYPE, json(manifest)), config: configBlob, layer }
}

/** A version of a template of its own. */
export async function planted(
  base: Base,
  template: TemplateContent = content(),
  o: { status?: 'draft' | 'published'; slug?: string } = {},
): Promise<{ slug: string; templateId: string; versionId: string }> {
  const { status = 'published' } = o
  const [templateId, versionId] = [v7(), v7()]
  const slug = o.slug ?? `weather-${templateId}`
  await base.db.insert(toolCatalog).values({ id: templateId, slug, ...headOf(slug, template), status, version: 1 })
  await base.db
    .insert(templateVersions)
    .values({ id: versionId, templateId, version: 1, status, content: template, config: template.config })
  return { slug, templateId, versionId }
}

/** The checks of an ended validation, by id. */
export async function reportOf(base: Base, validationId: string) {
  const [row] = await base.db.select().from(templateValidations).where(eq(templateValidations.id, validationId))
  if (!row) throw new Error('no such validation')
  const check = (id: CheckId) => {
    const found = row.checks.find((one) => one.id === id)
    if (!found) throw new Error(`${id} is not in the report`)
    return found
  }
  return { ...row, check }
}

/** What the server inside an image does when it is tried. */
export type Behaviour = (input: DryRunInput) => DryRunResult | Promise<DryRunResult>

export const works: Behaviour = () => ({
  ...{ ok: true, startMs: 420, protocolVersion: '2025-11-25', serverInfo: { name: 'weather', version: '1' } },
  tools: [{ name: 'forecast' }],
})

export type ValidationWorld = Awaited<ReturnType<typeof validationWorld>>

/** API, database and registry are real; droplets are not: `behave` says how a dry run ends. */
export async function validationWorld(env: Record<string, string> = {}) {
  const registry = await testRegistry()
  const inputs = new Map<string, DryRunInput>()
  const stack = await testStack({
    env: { BERTH_ALLOWED_HOSTS: registry.host, ...env },
    validation: {
      offer: async () => offer,
      dryRun: {
        async start(input) {
          const deploymentId = v7()
          inputs.set(deploymentId, input)
          world.tried.push(input)
          return { deploymentId }
        },
        async result(deploymentId) {
          const input = inputs.get(deploymentId)
          if (!input) throw new Error('no such dry run')
          return world.behave(input)
        },
      },
    },
  })
  const admin = await stack.person('admin')
  const { base } = stack
  const world = {
    ...{ registry, stack, admin },
    behave: works,
    tried: [] as DryRunInput[],
    reset() {
      world.behave = works
      world.tried = []
    },
    /** The registry has this image alone. */
    serve: (image: Omit<TestImage, 'name'> = {}) => registry.serve({ name: 'acme/weather', ...image }),
    imageOf: (name: string, more: Partial<TemplateContent['config']> = {}) =>
      content({ image: `${registry.host}/acme/${name}:1`, ...more }),
    async validate(template: TemplateContent) {
      const made = await planted(base, template)
      return { ...made, ...(await world.validateAgain(made.versionId)) }
    },
    async validateAgain(versionId: string) {
      const { validator } = stack.services
      const { validationId } = await validator.start({ versionId, trigger: 'save', userId: admin.userId, dryRun: true })
      await validator.idle()
      return { validationId, report: await reportOf(base, validationId) }
    },
    versionRow: async (id: string) =>
      (await base.db.select().from(templateVersions).where(eq(templateVersions.id, id)))[0],
    headRow: async (id: string) => (await base.db.select().from(toolCatalog).where(eq(toolCatalog.id, id)))[0],
    async end() {
      await stack.end()
      await registry.close()
    },
  }
  return world
}
