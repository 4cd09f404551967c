/**
 * The five reference servers that every installation starts with. Transports, ports, paths and entry points are those
 * of their Dockerfiles in github.com/modelcontextprotocol/servers (August 2026); the descriptions are ours.
 */
import type { TemplateConfig } from '../template-config.ts'

export interface SeedTemplate {
  slug: string
  displayName: string
  description: string
  category: string
  tags: string[]
  githubUrl: string
  documentationUrl: string
  deploymentPriority: number
  popularity: number
  config: TemplateConfig
}

/** Tag of the local cloud's images: the version of the npm packages that it serves. */
const LOCAL_TAG = '2026.8.31'
const MIB = 2 ** 20

const source = (folder: string) => ({
  githubUrl: `https://github.com/modelcontextprotocol/servers/tree/main/src/${folder}`,
  documentationUrl: `https://github.com/modelcontextprotocol/servers/blob/main/src/${folder}/README.md`,
})

/** Resident memory of an idle server is 60-90 MB; a session of a stdio server is one more process of that size. */
const resources = (memoryMib: number) => ({ memoryBytes: memoryMib * MIB, cpuMillis: 250, diskBytes: 300 * MIB })

const common = { environmentVariables: [], volumes: [], startTimeoutMs: 60_000, capabilities: [] }
const stdio = { type: 'stdio', shared: false } as const

/** @param localRegistry `host:port` of the local cloud's registry; null for the public images on Docker Hub */
export function seedTemplates(localRegistry: string | null): SeedTemplate[] {
  const image = (localName: string, publicName: string) =>
    localRegistry ? `${localRegistry}/mcp/${localName}:${LOCAL_TAG}` : `docker.io/mcp/${publicName}:latest`
  /** The public image's command names no transport, so that one image serves both templates. */
  const everythingCommand = (transport: string) =>
    localRegistry ? {} : { arguments: ['node', 'dist/index.js', transport] }
  return [
    {
      slug: 'everything',
      displayName: 'Everything',
      description:
        'Exercises every feature of the protocol over streamable HTTP: tools, resources, prompts, progress, sampling. The quickest way to see whether a client works.',
      category: 'developer-tools',
      tags: ['reference', 'testing', 'http'],
      ...source('everything'),
      deploymentPriority: 5,
      popularity: 500,
      config: {
        ...common,
        image: image('everything', 'everything'),
        transport: { type: 'streamable-http', port: 3001, path: '/mcp' },
        ...everythingCommand('streamableHttp'),
        resources: resources(256),
        capabilities: ['tools', 'resources', 'prompts', 'logging', 'completions'],
      },
    },
    {
      slug: 'everything-stdio',
      displayName: 'Everything (stdio)',
      description:
        'The same reference server speaking stdio: Berth starts one process for each client session and bridges it to HTTP.',
      category: 'developer-tools',
      tags: ['reference', 'testing', 'stdio'],
      ...source('everything'),
      deploymentPriority: 5,
      popularity: 200,
      config: {
        ...common,
        image: image('everything-stdio', 'everything'),
        transport: stdio,
        ...everythingCommand('stdio'),
        resources: resources(256),
        capabilities: ['tools', 'resources', 'prompts', 'logging', 'completions'],
      },
    },
    {
      slug: 'memory',
      displayName: 'Memory',
      description:
        'Remembers across conversations in a knowledge graph of entities, relations and observations, kept on a volume of its own.',
      category: 'knowledge',
      tags: ['memory', 'knowledge-graph', 'persistent'],
      ...source('memory'),
      deploymentPriority: 5,
      popularity: 400,
      config: {
        ...common,
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
    },
    {
      slug: 'filesystem',
      displayName: 'Filesystem',
      description:
        'Reads, writes, searches and edits files below one folder on a volume that outlives restarts and redeploys.',
      category: 'files',
      tags: ['files', 'storage', 'persistent'],
      ...source('filesystem'),
      deploymentPriority: 5,
      popularity: 350,
      config: {
        ...common,
        image: image('filesystem', 'filesystem'),
        transport: stdio,
        arguments: ['/data'],
        volumes: [{ name: 'data', path: '/data' }],
        resources: resources(192),
        capabilities: ['tools'],
      },
    },
    {
      slug: 'sequential-thinking',
      displayName: 'Sequential Thinking',
      description:
        'Lets an agent lay out a problem as numbered thoughts that it can revise and branch before it answers.',
      category: 'reasoning',
      tags: ['reasoning', 'planning'],
      ...source('sequentialthinking'),
      deploymentPriority: 5,
      popularity: 300,
      config: {
        ...common,
        image: image('sequential-thinking', 'sequentialthinking'),
        transport: stdio,
        resources: resources(128),
        capabilities: ['tools'],
      },
    },
  ]
}
