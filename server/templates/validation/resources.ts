/** Do the figures that a template asks for fit what is sold, what the image brings and what servers like it need? */
import type { TemplateContent } from '#db/template-content.ts'
import { capacityOf, type PlacementSize, readableBytes, shortage } from '#server/placement/index.ts'
import { type Finding, fail, pass, skipped, warn } from './checks.ts'
import { withoutImage } from './image.ts'
import { setAt } from './patch.ts'
import type { Inspection, Usage } from './subject.ts'

const MIB = 2 ** 20
/** Compressed layers of Linux and Node take about a third of their unpacked size. */
const UNPACKED_FACTOR = 3
/** Above what was measured, so that a busier day does not end a server. */
const MEASURED_HEADROOM = 1.25
/** Docker's unit of what a person would write. */
const MEMORY_STEP = 16 * MIB

export interface Offer {
  sizes: PlacementSize[]
  regions: string[]
  /** Where they are from, as a page says it. */
  source: string
}

/** Sizes that the template's own criteria allow. */
function allowed({ criteria }: TemplateContent, offer: Offer): PlacementSize[] {
  return offer.sizes.filter(
    (size) =>
      (!criteria.sizes || criteria.sizes.includes(size.slug)) &&
      size.regions.some((region) => offer.regions.includes(region) && (criteria.regions?.includes(region) ?? true)),
  )
}

/** Of two at one price, the one with more memory is taken. */
const dearer = (a: PlacementSize, b: PlacementSize): boolean =>
  a.priceMonthlyMicros - b.priceMonthlyMicros > 0 ||
  (a.priceMonthlyMicros === b.priceMonthlyMicros && a.memoryBytes < b.memoryBytes)

const dollars = (micros: number): string => `$${(micros / 1e6).toFixed(2)}`

const NO_OFFER = skipped('Not checked: there is no cloud account to read sizes from.', [], {
  text: 'Add a DigitalOcean token under Settings, Cloud account, then validate again.',
})

export function resourcesSize(content: TemplateContent, offer: Offer | null): Finding {
  if (!offer || offer.sizes.length === 0) return NO_OFFER
  const { resources } = content.config
  const wanted = `Asked for: ${readableBytes(resources.memoryBytes)} memory, ${resources.cpuMillis / 1000} vCPU, ${readableBytes(resources.diskBytes)} disk`
  const sizes = allowed(content, offer)
  if (sizes.length === 0)
    return fail('The criteria leave no droplet size in any region.', [wanted, `Looked at: ${offer.source}`], {
      text: 'Allow more regions and sizes.',
      patch: setAt(['criteria'], { spread: content.criteria.spread, exclusive: content.criteria.exclusive }),
    })
  const fitting = sizes.filter((size) => shortage(capacityOf(size), resources) === null)
  if (fitting.length > 0) {
    const cheapest = fitting.reduce((a, b) => (dearer(a, b) ? b : a))
    return pass(`It fits on ${cheapest.slug} at ${dollars(cheapest.priceMonthlyMicros)} a month.`, [
      wanted,
      `Looked at: ${offer.source}`,
    ])
  }
  const largest = sizes.map(capacityOf).reduce((a, b) => (b.memoryBytes > a.memoryBytes ? b : a))
  const memoryBytes = Math.min(resources.memoryBytes, floorTo(largest.memoryBytes, MEMORY_STEP))
  return fail(
    'No droplet that is sold is large enough.',
    [
      wanted,
      `The largest has ${readableBytes(largest.memoryBytes)} memory, ${largest.cpuMillis / 1000} vCPU and ${readableBytes(largest.diskBytes)} disk for containers`,
      `Looked at: ${offer.source}`,
    ],
    {
      text: 'Ask for no more than the largest droplet has.',
      patch: setAt(['config', 'resources'], {
        memoryBytes,
        cpuMillis: Math.min(resources.cpuMillis, largest.cpuMillis),
        diskBytes: Math.min(resources.diskBytes, largest.diskBytes),
      }),
    },
  )
}

export function resourcesDisk(content: TemplateContent, inspection: Inspection, offer: Offer | null): Finding {
  if (inspection.kind !== 'image') return withoutImage(inspection)
  const sizes = offer ? allowed(content, offer) : []
  if (sizes.length === 0) return NO_OFFER
  const { diskBytes } = content.config.resources
  const unpacked = inspection.image.compressedBytes * UNPACKED_FACTOR
  const needed = unpacked + diskBytes
  const evidence = [
    `The image unpacks to about ${readableBytes(unpacked)}`,
    `Declared for data: ${readableBytes(diskBytes)}`,
  ]
  const room = (size: PlacementSize) => capacityOf(size).diskBytes
  const fitting = sizes.filter((size) => room(size) >= needed).sort((a, b) => room(a) - room(b))[0]
  if (fitting) return pass(`It needs about ${readableBytes(needed)}; ${fitting.slug} has room for it.`, evidence)
  const most = Math.max(...sizes.map(room))
  return fail(`It needs about ${readableBytes(needed)}, more than any droplet has.`, evidence, {
    text: 'Choose a smaller image, or declare less for data.',
    ...(most > unpacked && { patch: setAt(['config', 'resources', 'diskBytes'], most - unpacked) }),
  })
}

/** What a server of each kind takes before it has done anything, with its protocol library loaded. */
const RUNTIMES: { name: string; memoryBytes: number; env: RegExp; program: RegExp }[] = [
  {
    ...{ name: 'a browser', memoryBytes: 512 * MIB },
    env: /^(?:PLAYWRIGHT_BROWSERS_PATH|PUPPETEER_|CHROME_BIN|CHROME_PATH|CHROMIUM_)/,
    program: /(?:chrome|chromium)$/,
  },
  { ...{ name: 'a Java VM', memoryBytes: 256 * MIB }, env: /^(?:JAVA_HOME|JAVA_VERSION)=/, program: /(?:^|\/)java$/ },
  { ...{ name: '.NET', memoryBytes: 128 * MIB }, env: /^DOTNET_VERSION=/, program: /(?:^|\/)dotnet$/ },
  {
    ...{ name: 'Node', memoryBytes: 96 * MIB },
    env: /^NODE_VERSION=/,
    program: /(?:^|\/)(?:node|npx|npm|tsx|bun|deno)$/,
  },
  {
    ...{ name: 'Python', memoryBytes: 64 * MIB },
    env: /^PYTHON_VERSION=/,
    program: /(?:^|\/)(?:python[\d.]*|uvx?|uvicorn)$/,
  },
]

export function resourcesMemory(content: TemplateContent, inspection: Inspection, usage: Usage | null): Finding {
  if (inspection.kind !== 'image' && !usage) return withoutImage(inspection)
  const { memoryBytes } = content.config.resources
  const runtime = inspection.kind === 'image' ? runtimeOf(inspection.image.config) : undefined
  const evidence = [`Asked for: ${readableBytes(memoryBytes)}`]
  if (runtime) evidence.push(`It runs on ${runtime.name}, which needs about ${readableBytes(runtime.memoryBytes)}`)
  if (usage)
    evidence.push(
      `95 % of the time ${usage.deployments} earlier ${usage.deployments === 1 ? 'deployment' : 'deployments'} used at most ${readableBytes(usage.p95MemoryBytes)}`,
    )
  const raise = (needed: number) => ({
    text: `Ask for ${readableBytes(ceilTo(needed, MEMORY_STEP))} or more.`,
    patch: setAt(['config', 'resources', 'memoryBytes'], ceilTo(needed, MEMORY_STEP)),
  })
  if (usage && usage.p95MemoryBytes > memoryBytes)
    return warn(
      'Earlier deployments used more memory than it asks for.',
      evidence,
      raise(usage.p95MemoryBytes * MEASURED_HEADROOM),
    )
  if (runtime && runtime.memoryBytes > memoryBytes)
    return warn(`A server on ${runtime.name} needs more memory than it asks for.`, evidence, raise(runtime.memoryBytes))
  if (!runtime && !usage) return pass('Nothing says that it needs more.', evidence)
  return pass(`${readableBytes(memoryBytes)} is enough by what is known.`, evidence)
}

function runtimeOf(config: { env: string[]; entrypoint: string[]; cmd: string[] }) {
  const program = [...config.entrypoint, ...config.cmd][0] ?? ''
  return RUNTIMES.find((one) => one.program.test(program) || config.env.some((entry) => one.env.test(entry)))
}

const ceilTo = (value: number, step: number): number => Math.ceil(value / step) * step
const floorTo = (value: number, step: number): number => Math.floor(value / step) * step
