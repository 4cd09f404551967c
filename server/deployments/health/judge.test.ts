import { expect, test } from 'vitest'
import type { ContainerInfo } from '#server/engine/port.ts'
import { judge, type Seen } from './judge.ts'

const container = (changes: Partial<ContainerInfo> = {}): Seen => ({
  kind: 'answered',
  container: {
    id: 'c',
    name: 'c',
    image: '',
    state: 'running',
    exitCode: 0,
    oomKilled: false,
    createdAt: new Date(0),
    startedAt: null,
    restartCount: 0,
    labels: {},
    hostPorts: { 3001: 40_000 },
    ...changes,
  },
})
const http = { transport: { type: 'streamable-http', port: 3001, path: '/mcp' }, hostPort: 40_000 } as const
const stdio = { transport: { type: 'stdio', shared: false }, hostPort: null } as const
const silent: Seen = { kind: 'silent' }
const gone: Seen = { kind: 'answered', container: null }

test.each([
  ['healthy and running', { ...http, state: 'healthy' }, container(), null],
  ['healthy stdio and running', { ...stdio, state: 'healthy' }, container({ hostPorts: {} }), null],
  ['healthy but gone', { ...http, state: 'healthy' }, gone, { healthy: false, message: 'The container is gone' }],
  ['unhealthy and still gone', { ...http, state: 'unhealthy' }, gone, null],
  [
    'healthy but silent',
    { ...http, state: 'healthy' },
    silent,
    { healthy: false, message: 'The droplet does not answer' },
  ],
  [
    'healthy but exited',
    { ...stdio, state: 'healthy' },
    container({ state: 'exited', exitCode: 3 }),
    { healthy: false, message: 'The container is exited (exit code 3)' },
  ],
  [
    'healthy but out of memory',
    { ...stdio, state: 'healthy' },
    container({ state: 'exited', exitCode: 137, oomKilled: true }),
    { healthy: false, message: 'The container used more memory than it may and was ended' },
  ],
  [
    'unhealthy and back',
    { ...http, state: 'unhealthy' },
    container(),
    { healthy: true, message: 'The container runs again' },
  ],
  [
    'restarted on another port',
    { ...http, state: 'healthy' },
    container({ hostPorts: { 3001: 40_001 } }),
    { healthy: true, message: 'The container was restarted', hostPort: 40_001 },
  ],
] as const)('%s', (_what, known, seen, verdict) => {
  expect(judge(known, seen)).toEqual(verdict)
})
