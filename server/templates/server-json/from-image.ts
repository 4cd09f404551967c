/** A template as an image's own config tells it: labels, ports, environment, user, volumes. Pure; guesses have a note. */
import type { EnvironmentVariable, TemplateConfig, Transport } from '#db/template-config.ts'
import { ENV_KEY } from '#db/template-config.ts'
import type { TemplateContent } from '#db/template-content.ts'
import type { InspectedImage } from '#server/registry/port.ts'
import { categoryOf, linkOf, oneLine, slugOf, titleOf } from './identity.ts'
import { parseImage } from './image-name.ts'
import type { Note } from './notes.ts'
import { looksSecret } from './variables.ts'
import { volumeName } from './volumes.ts'

export interface ImageProposal {
  slug: string
  content: TemplateContent
  registryName: string | null
  notes: Note[]
}

const MIB = 2 ** 20
const REGISTRY_NAME = 'io.modelcontextprotocol.server.name'
const NAME = /^[a-zA-Z0-9.-]{1,120}\/[a-zA-Z0-9._-]{1,79}$/

export function proposalFromImage(image: InspectedImage): ImageProposal {
  const notes: Note[] = []
  const note = (path: string, text: string) => void notes.push({ path, text })
  const { labels } = image.config
  const said = labels[REGISTRY_NAME]?.trim()
  const registryName = said !== undefined && NAME.test(said) ? said : null
  if (said !== undefined && registryName === null)
    note(`labels.${REGISTRY_NAME}`, 'This label is no name of a server and was passed over.')
  const parsed = parseImage(image.reference)
  const repository = parsed.ok ? parsed.reference.repository : 'server'
  const slug = slugOf(registryName ?? repository)
  const title = oneLine(labels['org.opencontainers.image.title'] ?? '', 80)
  // Builders often put the repository there: no name that people read.
  const displayName = title && !repository.endsWith(title) ? title : titleOf(slug)
  const description = oneLine(labels['org.opencontainers.image.description'] ?? '', 2000)
  if (description === '') note('labels', 'The image describes itself nowhere: write what the server does.')
  if (parsed.ok && parsed.reference.digest === null && parsed.reference.tag === 'latest')
    note('reference', 'latest moves: a fixed tag says which version runs.')
  const transport = transportOf(image, note)
  const content: TemplateContent = {
    displayName,
    description: description || `MCP server of the image ${repository}.`,
    category: categoryOf(repository, title, description),
    tags: [],
    isOfficial: false,
    githubUrl: linkOf(labels['org.opencontainers.image.source']),
    documentationUrl: linkOf(
      labels['org.opencontainers.image.documentation'] ?? labels['org.opencontainers.image.url'],
    ),
    deploymentPriority: 5,
    criteria: {},
    config: {
      image: image.reference,
      transport,
      environmentVariables: variablesOf(image, transport, note),
      resources: resourcesOf(image, note),
      volumes: volumesOf(image, note),
      startTimeoutMs: 60_000,
      capabilities: [],
    },
  }
  noteUser(image, note)
  return { slug, content, registryName, notes }
}

type Say = (path: string, text: string) => void

/** Databases and debuggers that images of Node and Python leave exposed. */
const OTHER_PORTS = new Set([22, 5432, 3306, 6379, 9229, 5678, 27_017])

function transportOf({ config }: InspectedImage, note: Say): Transport {
  const ports = config.exposedPorts.filter((port) => !OTHER_PORTS.has(port))
  const words = [
    ...config.entrypoint,
    ...config.cmd,
    ...config.env.filter((line) => /TRANSPORT|MODE/i.test(line)),
  ].join(' ')
  const [port] = ports
  if (port === undefined) {
    note('exposedPorts', 'The image exposes no port: the server is taken to speak stdio.')
    return { type: 'stdio', shared: false }
  }
  if (ports.length > 1) note('exposedPorts', `The image exposes ${ports.join(', ')}: ${port} is taken, the first.`)
  if (/\bstdio\b/i.test(words)) {
    note('cmd', 'Its command or environment says stdio, whatever it exposes.')
    return { type: 'stdio', shared: false }
  }
  const named = /(?:^|\s|=)(\/[a-z][\w-]*(?:\/[\w-]+)*\/?(?:mcp|sse)|\/mcp|\/sse)(?=\s|$)/i.exec(words)?.[1]
  const type = /\bsse\b/i.test(words) && !/streamable/i.test(words) ? 'sse' : 'streamable-http'
  const path = named ?? (type === 'sse' ? '/sse' : '/mcp')
  note('exposedPorts', `Port ${port} is taken for ${type} at ${path}: check it.`)
  return { type, port, path }
}

/** Of base images, package managers and shells: nobody's setting. */
const RUNTIME =
  /^(PATH|HOME|HOSTNAME|LANG|LANGUAGE|LC_\w+|TERM|TZ|SHELL|USER|PWD|SHLVL|DEBIAN_FRONTEND|NODE_VERSION|YARN_VERSION|PYTHON\w*|PIP_\w+|POETRY_\w+|UV_\w+|VIRTUAL_ENV|GPG_KEY|GO(LANG|PATH|ROOT|TOOLCHAIN)\w*|RUST\w*|CARGO_HOME|JAVA_\w+|RUBY\w*|GEM_HOME|BUNDLE_\w+|DOTNET_\w+|ASPNET\w*|SSL_CERT_(FILE|DIR)|NPM_CONFIG_\w+|npm_config_\w+|COREPACK_\w+|PNPM_HOME|BUN_\w+|DENO_\w+|XDG_\w+|LD_LIBRARY_PATH|PHP\w*|OPENSSL_\w+)$/
/** Keys as services issue them, and long texts of no language. */
const SECRET_VALUE =
  /^(sk-|pk_live|gh[opsu]_|github_pat_|glpat-|xox[abp]-|AKIA|ya29\.|eyJ[\w-]+\.|-----BEGIN)|^[A-Za-z0-9+/_-]{32,}={0,2}$/
const VARIABLES_MAX = 100

function variablesOf({ config }: InspectedImage, transport: Transport, note: Say): EnvironmentVariable[] {
  const variables = new Map<string, EnvironmentVariable>()
  for (const line of config.env) {
    const equals = line.indexOf('=')
    const name = equals < 0 ? line : line.slice(0, equals)
    const value = equals < 0 ? '' : line.slice(equals + 1)
    if (RUNTIME.test(name) || !ENV_KEY.test(name) || name.length > 128 || variables.size >= VARIABLES_MAX) continue
    const path = `env.${name}`
    const isSecret = looksSecret(name)
    const leaks = value !== '' && (isSecret || SECRET_VALUE.test(value))
    // The value itself is in no message: it may be somebody's key (I6).
    if (leaks) note(path, 'Its value looks like a secret that was built into the image, and was left out.')
    const takes = value !== '' && !leaks && value.length <= 10_000
    const isPort = transport.type !== 'stdio' && takes && /(^|_)PORT$/.test(name) && Number(value) === transport.port
    if (isPort) note(path, 'Fixed: the address of the server depends on it.')
    variables.set(name, {
      name,
      description: '',
      isRequired: value === '' || leaks,
      isSecret: isSecret || leaks,
      ...(takes ? (isPort ? { value } : { default: value }) : {}),
    })
  }
  return [...variables.values()]
}

/** Loaded programs take a multiple of their compressed size; servers that load models or browsers show it there. */
const MEMORY_STEPS_MIB = [128, 256, 512, 1024, 2048]
const UNPACKED_RATIO = 3

function resourcesOf({ compressedBytes }: InspectedImage, note: Say): TemplateConfig['resources'] {
  const wanted = compressedBytes / MIB
  const memoryMib = MEMORY_STEPS_MIB.find((step) => wanted <= step) ?? 2048
  const mib = Math.max(memoryMib, 256)
  note('compressedBytes', `${mib} MiB of memory is a guess from its size; the dry run says more.`)
  const diskMib = Math.max(512, Math.ceil((wanted * UNPACKED_RATIO) / 256) * 256)
  return { memoryBytes: mib * MIB, cpuMillis: 250, diskBytes: diskMib * MIB }
}

const VOLUMES_MAX = 8

function volumesOf({ config }: InspectedImage, note: Say): TemplateConfig['volumes'] {
  const volumes: TemplateConfig['volumes'] = []
  for (const path of config.volumes) {
    if (!/^\/[\w\-./]{1,199}$/.test(path) || volumes.length >= VOLUMES_MAX) {
      note('volumes', `${path.slice(0, 80)} can’t be a volume and was left out.`)
      continue
    }
    volumes.push({ name: volumeName(path.split('/').filter(Boolean).at(-1) ?? 'data', volumes), path })
  }
  return volumes
}

function noteUser({ config }: InspectedImage, note: Say): void {
  const [user = ''] = config.user.split(':')
  if (user === '' || user === 'root' || user === '0')
    note('user', 'The image runs as root, inside the container’s box all the same.')
}
