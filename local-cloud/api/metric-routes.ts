/** Monitoring: samples in the shape of a Prometheus matrix. CPU and bandwidth are counters, the rest are gauges. */
import type { DropletStats } from '#local-cloud/driver.ts'
import { badRequest, notFound } from './error.ts'
import { type Call, type Route, route } from './router.ts'

type Series = { labels: Record<string, string>; value: (stats: DropletStats) => number }

const DISK = { device: '/dev/vda1', fstype: 'ext4', mountpoint: '/' }
const gauge = (value: Series['value'], labels: Record<string, string> = {}): Series[] => [{ labels, value }]

const METRICS: Record<string, Series[]> = {
  cpu: (['user', 'system', 'idle', 'iowait'] as const).map((mode) => ({
    labels: { mode },
    value: (stats) => stats.cpuSeconds[mode],
  })),
  memory_total: gauge((stats) => stats.memoryTotalBytes),
  memory_free: gauge((stats) => stats.memoryFreeBytes),
  memory_available: gauge((stats) => stats.memoryAvailableBytes),
  memory_cached: gauge((stats) => stats.memoryCachedBytes),
  load_1: gauge((stats) => stats.load1),
  load_5: gauge((stats) => stats.load5),
  load_15: gauge((stats) => stats.load15),
  filesystem_size: gauge((stats) => stats.diskTotalBytes, DISK),
  filesystem_free: gauge((stats) => stats.diskFreeBytes, DISK),
  // No driver counts traffic by interface: an empty matrix is what DigitalOcean shows for "no data".
  bandwidth: [],
}

export const metricRoutes: Route[] = Object.entries(METRICS).map(([name, series]) =>
  route('GET', `/v2/monitoring/metrics/droplet/${name}`, 'monitoring:read', (call) => answer(call, series)),
)

async function answer({ cloud, account, query }: Call, series: Series[]) {
  const hostId = query.get('host_id') ?? ''
  const [start, end] = [time(query, 'start'), time(query, 'end')]
  if (start > end) throw badRequest('start must not be after end.')
  const droplet = cloud.visible(account).find((other) => String(other.id) === hostId)
  if (!droplet) throw notFound()
  if (cloud.metrics.between(droplet.id, start, end).length === 0) await cloud.metrics.sampleNow(droplet.id)
  const samples = cloud.metrics.between(droplet.id, start, end)
  const result = series.map(({ labels, value }) => ({
    metric: { host_id: hostId, ...labels },
    values: samples.map(({ at, stats }) => [at, String(value(stats))]),
  }))
  return {
    status: 200,
    body: { status: 'success', data: { resultType: 'matrix', result: samples.length > 0 ? result : [] } },
  }
}

/** Unix seconds. */
function time(query: URLSearchParams, name: string): number {
  const text = query.get(name)
  if (!text || !/^\d+(\.\d+)?$/.test(text)) throw badRequest(`${name} is required: a Unix timestamp in seconds.`)
  return Number(text)
}
