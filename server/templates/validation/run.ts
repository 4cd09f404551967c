/**
 * One run over one version:
 *
 *   inspect ─┬─ image, resources, security (side by side)
 *            └─ package-lock ── dry-run ── variables-declared
 *
 * What does not belong to this run is kept from the last one.
 */
import type { Check, CheckId, ValidationTrigger } from '#db/template-validation.ts'
import type { Base } from '#server/context.ts'
import { BerthError, type ErrorCode } from '#server/errors.ts'
import type { InspectedImage } from '#server/registry/port.ts'
import { storableText } from '#server/storable.ts'
import { CHECKS, checksFor, type Finding, skipped, waiting } from './checks.ts'
import { dryRun, namedIn, standIns } from './dry-run.ts'
import { entrypoint } from './entrypoint.ts'
import * as image from './image.ts'
import type { ValidationDeps } from './ports.ts'
import { publisher } from './publisher.ts'
import type { Report } from './report.ts'
import * as resources from './resources.ts'
import { isOperatorsRunner, operatorsRunner } from './runner.ts'
import { leaksOfImage } from './secrets.ts'
import * as security from './security.ts'
import { lookForSignature } from './signature.ts'
import { rememberDigest, rememberLock } from './store.ts'
import { digestSeenBefore, hasDroplet, type Inspection, type Previous, type Subject, usageOf } from './subject.ts'
import * as variables from './variables.ts'

/** Bounds of what a check waits for; what takes longer is `skipped`. */
const INSPECT_MS = 30_000
const OFFER_MS = 15_000
const SIGNATURE_MS = 30_000
const SCAN_MS = 6 * 60_000
const PACKAGE_MS = 10 * 60_000
/** A new droplet boots, pulls a large image, and a slow server starts. */
const DRY_RUN_MS = 20 * 60_000

export interface Run {
  base: Base
  deps: ValidationDeps
  subject: Subject
  report: Report
  /** What ended before, newest first. */
  earlier: readonly Previous[]
  trigger: ValidationTrigger
  /** Whose fleet is used; null: none. */
  userId: string | null
  dryRun: boolean
  allowNewDroplet: boolean
  signal: AbortSignal
}

/** A scheduled run asks the world again; before a deployment only what protects is asked. */
export function checksOf(trigger: ValidationTrigger, config: Subject['content']['config']): CheckId[] {
  const groups = {
    save: null,
    manual: null,
    schedule: ['image', 'resources', 'security'],
    deployment: ['image', 'security'],
  }
  const wanted = groups[trigger]
  return checksFor(config).filter((id) => wanted === null || wanted.includes(CHECKS[id].group))
}

export async function runChecks(run: Run): Promise<void> {
  const { base, deps, subject, report, earlier, signal } = run
  const { content } = subject
  const mine = new Set(checksOf(run.trigger, content.config))
  // Without a person there is no droplet to make a lock on.
  if (!run.userId && !subject.packageLock) mine.delete('package-lock')
  const at = async (id: CheckId, look: () => Finding | Promise<Finding>): Promise<void> => {
    if (mine.has(id)) await report.run(id, look)
    else keepFrom(earlier, id, report)
  }
  const bounded = (ms: number) => ({ signal: AbortSignal.any([signal, AbortSignal.timeout(ms)]) })

  const looking = inspect(run, bounded(INSPECT_MS).signal)
  const offering = mine.has('resources-size')
    ? deps.offer(run.userId, bounded(OFFER_MS)).catch((err: unknown) => {
        signal.throwIfAborted()
        base.log.debug({ err, template: subject.slug }, 'no sizes to compare a template with')
        return null
      })
    : Promise.resolve(null)
  // Where signatures are enforced, the runner's counts as any other.
  const isRunner = isOperatorsRunner(content.config, base.config.runners)
  const isTrusted = isRunner && base.config.signatures.policy !== 'enforce'
  const of = (look: (inspection: Inspection) => Finding | Promise<Finding>) => async () => look(await looking)

  await Promise.all([
    at('image-reference', () => image.imageReference(content.config.image)),
    at('image-manifest', of(image.imageManifest)),
    at('image-platform', of(image.imagePlatform)),
    at('image-size', of(image.imageSize)),
    at(
      'image-moved',
      isRunner
        ? operatorsRunner
        : of(async (seen) => image.imageMoved(content, seen, await digestSeenBefore(base, subject))),
    ),
    at('resources-size', async () => resources.resourcesSize(content, await offering)),
    at(
      'resources-disk',
      of(async (seen) => resources.resourcesDisk(content, seen, await offering)),
    ),
    at(
      'resources-memory',
      of(async (seen) => resources.resourcesMemory(content, seen, await usageOf(base, subject.templateId))),
    ),
    at('security-user', of(security.user)),
    at(
      'security-secrets',
      of((seen) => security.secrets(content, seen)),
    ),
    at(
      'security-entrypoint',
      of((seen) => entrypoint(content, seen)),
    ),
    at('security-tag', isRunner ? operatorsRunner : of((seen) => security.tag(content, seen))),
    at(
      'security-age',
      of((seen) => security.age(seen, new Date())),
    ),
    at(
      'security-ports',
      of((seen) => security.ports(content, seen)),
    ),
    at(
      'security-signature',
      isTrusted ? operatorsRunner : of((seen) => lookForSignature(run, seen, bounded(SIGNATURE_MS))),
    ),
    at('security-publisher', () => publisher(content)),
    at(
      'security-vulnerabilities',
      of(async (seen) =>
        seen.kind === 'image'
          ? security.vulnerabilities(await deps.scan(seen.image, bounded(SCAN_MS)))
          : image.withoutImage(seen),
      ),
    ),
    at('variables-formats', () => variables.formats(content)),
    at('variables-placeholders', () => variables.placeholders(content)),
    dependencies(run, looking, at, bounded),
  ])
}

type At = (id: CheckId, look: () => Finding | Promise<Finding>) => Promise<void>

/** The lock comes before the run that installs from it, and the run tells which variables are missing. */
async function dependencies(
  run: Run,
  looking: Promise<Inspection>,
  at: At,
  bounded: (ms: number) => { signal: AbortSignal },
) {
  const { base, deps, subject, report, userId } = run
  const { content } = subject
  let lock = subject.packageLock
  const source = content.config.package
  if (source)
    await at('package-lock', async () => {
      if (lock) return image.packageLock(content, { kind: 'locked', lock })
      const seen = await looking
      if (seen.kind !== 'image') return image.withoutImage(seen)
      const resolved = await deps.resolvePackage({ userId, source, image: seen.image }, bounded(PACKAGE_MS))
      if (resolved.kind === 'locked') {
        lock = resolved.lock
        await rememberLock(base, subject.versionId, lock)
      }
      return image.packageLock(content, resolved)
    })
  let named: string[] = []
  await at('dry-run', async () => {
    const seen = await looking
    if (seen.kind !== 'image') return image.withoutImage(seen)
    if (!run.dryRun || !userId) return skipped('It was not tried in this run.')
    if (source && !lock) return skipped('Not tried: its packages are not locked yet.')
    const variablesOfRun = standIns(content)
    const { deploymentId } = await deps.dryRun.start({
      ...{ versionId: subject.versionId, userId, variables: variablesOfRun, allowNewDroplet: run.allowNewDroplet },
    })
    report.tried(deploymentId)
    const result = await deps.dryRun.result(deploymentId, bounded(DRY_RUN_MS))
    if (result.ok)
      report.know({ tools: result.tools, protocolVersion: result.protocolVersion, startMs: result.startMs })
    else named = namedIn([...result.logTail, result.message], content)
    return dryRun(content, result, named, await hasDroplet(base, userId))
  })
  await at('variables-declared', async () => variables.declared(content, await looking, named))
}

/** The newest that really looked, else the newest that says why it did not. */
function keepFrom(earlier: readonly Previous[], id: CheckId, report: Report): void {
  const known = earlier.flatMap(({ checks, endedAt }) => {
    const check = checks.find((one) => one.id === id && one.state === 'done')
    return check ? [{ check, day: endedAt.toISOString().slice(0, 10) }] : []
  })
  const best = known.find(({ check }) => check.verdict !== 'skipped') ?? known[0]
  if (best) report.keep(id === 'dry-run' ? aged(best.check, best.day) : best.check)
  else report.keep({ ...waiting(id), state: 'done', ...skipped('It is not part of this run.') })
}

const AGE = /^As of \d{4}-\d\d-\d\d: /

/** A dry run that was copied before keeps its own day. */
const aged = (check: Check, day: string): Check =>
  AGE.test(check.summary) || check.verdict === 'skipped'
    ? check
    : { ...check, summary: `As of ${day}: ${check.summary}` }

/** Never throws but for the abort of the whole run. */
async function inspect(
  { base, deps, subject, report, earlier, signal }: Run,
  bounded: AbortSignal,
): Promise<Inspection> {
  const { content } = subject
  report.hide(
    content.config.environmentVariables.flatMap(({ isSecret, default: preset, value }) =>
      isSecret ? [preset ?? '', value ?? ''] : [],
    ),
  )
  const tried = earlier.find(({ facts }) => facts.tools !== null)?.facts
  if (tried) report.know({ tools: tried.tools, protocolVersion: tried.protocolVersion, startMs: tried.startMs })
  try {
    const seen = await deps.images.inspect(content.config.image, { signal: bounded })
    report.hide(leaksOfImage(seen.config).map(({ value }) => value))
    report.know(factsOf(seen))
    const { os, architecture } = seen.config
    if (os === 'linux' && architecture === 'amd64') await rememberDigest(base, subject.versionId, seen.digest)
    return { kind: 'image', image: seen }
  } catch (error) {
    signal.throwIfAborted()
    // Droplets of the local cloud run what this machine runs.
    const own = base.config.demoRegistry !== null && content.config.image.startsWith(`${base.config.demoRegistry}/`)
    if (error instanceof BerthError && error.code === 'IMAGE_PLATFORM_MISSING' && own)
      return { kind: 'silent', message: error.message }
    if (error instanceof BerthError && ANSWERS.has(error.code))
      return { kind: 'refused', code: error.code, message: error.message }
    if (!(error instanceof BerthError) && !bounded.aborted)
      base.log.warn({ err: error, template: subject.slug }, 'an image could not be looked at')
    return { kind: 'silent', message: error instanceof BerthError ? error.message : 'It did not answer in time.' }
  }
}

const ANSWERS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['IMAGE_NOT_FOUND', 'IMAGE_PLATFORM_MISSING', 'REGISTRY_REFUSED', 'REGISTRY_DENIED'] as const),
])

/** Facts are a row that is written with each step of each check, and an image may say anything at any length. */
const FACTS_MAX = 100
const cut = (text: string): string => storableText(text.slice(0, FACTS_MAX))

const factsOf = ({ digest, compressedBytes, layers, platforms, config }: InspectedImage) => ({
  ...{ digest, compressedBytes, layers: layers.length },
  platforms: image.platformNames(platforms).slice(0, FACTS_MAX),
  exposedPorts: config.exposedPorts.slice(0, FACTS_MAX),
  ...{ user: cut(config.user), createdAt: config.created === null ? null : cut(config.created) },
})
