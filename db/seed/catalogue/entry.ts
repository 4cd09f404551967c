/** One server of the built-in catalogue as it is written down here, and the content that follows from it. */
import type { Argument, EnvironmentVariable, Transport } from '../../template-config.ts'
import { type CATEGORIES, type TemplateContent, templateContent } from '../../template-content.ts'

/** What a server is made of decides what it needs while it idles: resident memory, and the unpacked image. */
const RUNTIMES = {
  native: { memoryMib: 96, cpuMillis: 150, diskMib: 150 },
  node: { memoryMib: 192, cpuMillis: 250, diskMib: 400 },
  python: { memoryMib: 256, cpuMillis: 250, diskMib: 600 },
  dotnet: { memoryMib: 256, cpuMillis: 250, diskMib: 500 },
  jvm: { memoryMib: 512, cpuMillis: 500, diskMib: 700 },
  browser: { memoryMib: 1024, cpuMillis: 1000, diskMib: 2500 },
} as const
const MIB = 2 ** 20

export interface PublicServer {
  slug: string
  name: string
  description: string
  category: (typeof CATEGORIES)[number]
  tags: string[]
  /** `owner/name` on GitHub. */
  repository: string
  official: boolean
  image: string
  runtime: keyof typeof RUNTIMES
  /** Absent: stdio. */
  transport?: Transport
  arguments?: Argument[]
  variables?: EnvironmentVariable[]
  volumes?: { name: string; path: string }[]
  /** Why its root filesystem must be writable. */
  writes?: string
  pulls?: number
  stars?: number
}

type Variable = (name: string, description: string) => EnvironmentVariable
const variable = (name: string, description: string, rest: Partial<EnvironmentVariable>): EnvironmentVariable => {
  return { name, description, isRequired: false, isSecret: false, ...rest }
}

/** A credential that it does nothing without. */
export const secret: Variable = (name, description) => variable(name, description, { isRequired: true, isSecret: true })
/** A credential for a part of what it does. */
export const extraSecret: Variable = (name, description) => variable(name, description, { isSecret: true })
export const required: Variable = (name, description) => variable(name, description, { isRequired: true })
export const optional = (name: string, description: string, preset?: string, choices?: string[]): EnvironmentVariable =>
  variable(name, description, { ...(preset !== undefined && { default: preset }), ...(choices && { choices }) })
/** Set by the template: nobody is asked. */
export const fixed = (name: string, value: string, rest: Partial<EnvironmentVariable> = {}): EnvironmentVariable =>
  variable(name, '', { value, ...rest })

/** Orders of magnitude count: a pull is a deployment somewhere, a star is a nod. */
export const popularityOf = ({ pulls = 0, stars = 0 }: { pulls?: number; stars?: number }): number =>
  Math.round(60 * Math.log10(1 + pulls) + 40 * Math.log10(1 + stars))

export function contentOfServer(server: PublicServer): TemplateContent {
  const { memoryMib, cpuMillis, diskMib } = RUNTIMES[server.runtime]
  return templateContent.parse({
    displayName: server.name,
    description: server.description,
    category: server.category,
    tags: server.tags,
    isOfficial: server.official,
    githubUrl: `https://github.com/${server.repository}`,
    config: {
      image: server.image,
      transport: server.transport ?? { type: 'stdio' },
      ...(server.arguments && { arguments: server.arguments }),
      environmentVariables: server.variables,
      resources: { memoryBytes: memoryMib * MIB, cpuMillis, diskBytes: diskMib * MIB },
      volumes: server.volumes,
      ...(server.writes && { writableRootReason: server.writes }),
    },
  })
}
