/**
 * The five reference servers that every installation starts with. Transports, ports, paths and entry points are those
 * of their Dockerfiles in github.com/modelcontextprotocol/servers (August 2026); the descriptions are ours.
 */
import type { z } from 'zod'
import { type TemplateContent, templateContent } from '../template-content.ts'
import { contentOfServer, PUBLIC_SERVERS, popularityOf } from './catalogue/index.ts'

export interface SeedTemplate {
  slug: string
  popularity: number
  content: TemplateContent
}

/** Of its repository, which they share. */
const STARS = 65_278

/** Tag of the local cloud's images: the version of the npm packages that it serves. */
const LOCAL_TAG = '2026.8.31'
const MIB = 2 ** 20

const source = (folder: string) => ({
  githubUrl: `https://github.com/modelcontextprotocol/servers/tree/main/src/${folder}`,
  documentationUrl: `https://github.com/modelcontextprotocol/servers/blob/main/src/${folder}/README.md`,
})

/** Resident memory of an idle server is 60-90 MB; a session of a stdio server is one more process of that size. */
const resources = (memoryMib: number) => ({ memoryBytes: memoryMib * MIB, cpuMillis: 250, diskBytes: 300 * MIB })

const stdio = { type: 'stdio' } as const
const reference = (
  slug: string,
  pulls: number,
  content: Omit<z.input<typeof templateContent>, 'isOfficial'>,
): SeedTemplate => ({
  slug,
  popularity: popularityOf({ pulls, stars: STARS }),
  content: templateContent.parse({ ...content, isOfficial: true }),
})

/** @param localRegistry `host:port` of the local cloud's registry; null for the public images on Docker Hub */
function referenceTemplates(localRegistry: string | null): SeedTemplate[] {
  const image = (localName: string, publicName: string) =>
    localRegistry ? `${localRegistry}/mcp/${localName}:${LOCAL_TAG}` : `docker.io/mcp/${publicName}:latest`
  /** The public image's command names no transport, so that one image serves both templates. */
  const everythingCommand = (transport: string) =>
    localRegistry ? {} : { arguments: ['node', 'dist/index.js', transport] }
  return [
    reference('everything', 17019, {
      displayName: 'Everything',
      description:
        'Exercises every feature of the protocol over streamable HTTP: tools, resources, prompts, progress, sampling. The quickest way to see whether a client works.',
      category: 'developer-tools',
      tags: ['reference', 'testing', 'http'],
      ...source('everything'),
      config: {
        image: image('everything', 'everything'),
        transport: { type: 'streamable-http', port: 3001, path: '/mcp' },
        ...everythingCommand('streamableHttp'),
        resources: resources(256),
        capabilities: ['tools', 'resources', 'prompts', 'logging', 'completions'],
      },
    }),
    reference('everything-stdio', 0, {
      displayName: 'Everything (stdio)',
      description:
        'The same reference server speaking stdio: Berth starts one process for each client session and bridges it to HTTP.',
      category: 'developer-tools',
      tags: ['reference', 'testing', 'stdio'],
      ...source('everything'),
      config: {
        image: image('everything-stdio', 'everything'),
        transport: stdio,
        ...everythingCommand('stdio'),
        resources: resources(256),
        capabilities: ['tools', 'resources', 'prompts', 'logging', 'completions'],
      },
    }),
    reference('memory', 15854, {
      displayName: 'Memory',
      description:
        'Remembers across conversations in a knowledge graph of entities, relations and observations, kept on a volume of its own.',
      category: 'knowledge',
      tags: ['memory', 'knowledge-graph', 'persistent'],
      ...source('memory'),
      config: {
        image: image('memory', 'memory'),
        transport: stdio,
        environmentVariables: [
          {
            name: 'MEMORY_FILE_PATH',
            description: 'File of the knowledge graph, below the volume /data.',
            isRequired: true,
            isSecret: false,
            default: '/data/memory.jsonl',
          },
        ],
        volumes: [{ name: 'data', path: '/data' }],
        resources: resources(192),
        capabilities: ['tools'],
      },
    }),
    reference('filesystem', 20619, {
      displayName: 'Filesystem',
      description:
        'Reads, writes, searches and edits files below one folder on a volume that outlives restarts and redeploys.',
      category: 'files',
      tags: ['files', 'storage', 'persistent'],
      ...source('filesystem'),
      config: {
        image: image('filesystem', 'filesystem'),
        transport: stdio,
        arguments: ['/data'],
        volumes: [{ name: 'data', path: '/data' }],
        resources: resources(192),
        capabilities: ['tools'],
      },
    }),
    reference('sequential-thinking', 14819, {
      displayName: 'Sequential Thinking',
      description:
        'Lets an agent lay out a problem as numbered thoughts that it can revise and branch before it answers.',
      category: 'reasoning',
      tags: ['reasoning', 'planning'],
      ...source('sequentialthinking'),
      config: {
        image: image('sequential-thinking', 'sequentialthinking'),
        transport: stdio,
        resources: resources(128),
        capabilities: ['tools'],
      },
    }),
  ]
}

/** All that an installation starts with. */
export const seedTemplates = (localRegistry: string | null): SeedTemplate[] => [
  ...referenceTemplates(localRegistry),
  ...PUBLIC_SERVERS.map((server) => ({
    slug: server.slug,
    popularity: popularityOf(server),
    content: contentOfServer(server),
  })),
]
