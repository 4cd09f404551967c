/** Rows for tests: plain, with what a test wants different. */
import type { DeploymentSummary } from '#server/api/views.ts'
import type { TemplateCard } from '#server/api/views-templates.ts'

const AT = new Date('2026-01-02T03:04:05.000Z')
const MIB = 2 ** 20

export const summary = (over: Partial<DeploymentSummary> = {}): DeploymentSummary => ({
  deploymentId: '00000000-0000-7000-8000-000000000001',
  name: 'memory',
  template: { slug: 'memory', name: 'Memory' },
  state: 'healthy',
  step: null,
  droplet: { id: '00000000-0000-7000-8000-00000000000a', name: 'nyc3-1' },
  memoryBytes: 128 * MIB,
  createdAt: AT,
  updatedAt: AT,
  errorMessage: null,
  warnings: [],
  ...over,
})

export const card = (over: Partial<TemplateCard> = {}): TemplateCard => ({
  slug: 'memory',
  name: 'Memory',
  description: 'A knowledge graph that stays.',
  category: 'Memory',
  tags: [],
  isOfficial: true,
  image: 'registry/mcp/memory:1',
  transport: { type: 'stdio', shared: false },
  version: 1,
  memoryBytes: 128 * MIB,
  cpuMillis: 250,
  toolsCount: 9,
  requiredVariables: [],
  runnable: true,
  runnableReason: null,
  popularity: 10,
  cost: { kind: 'existing', dropletName: 'nyc3-1' },
  deployment: null,
  status: 'published',
  security: null,
  upstream: null,
  ...over,
})
