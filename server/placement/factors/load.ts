/** How busy and how healthy it is now: measured memory and CPU, the number of containers, what failed there lately. */
import type { FactorRule, Option } from '../context.ts'
import { percent, plural } from '../words.ts'

/** Below this share of anything, a droplet feels nothing; from there on the score falls to 0 when it is full. */
const CALM = 0.5
/** Logs, shims and health checks of so many idle containers keep one vCPU busy. */
const CONTAINERS_PER_VCPU = 40

export const load: FactorRule = {
  score(option) {
    const calm = (1 - pressureOn(option).share) / (1 - CALM)
    return Math.min(1, Math.max(0, calm)) / (1 + option.failures)
  },
  detail(option) {
    if (option.fresh) return 'Nothing runs there yet'
    const { share, of } = pressureOn(option)
    const use = option.used ? `${percent(share)} of its ${of} in use` : 'Its use is not measured yet'
    const failed = option.failures > 0 ? `, ${plural(option.failures, 'deployment')} failed there lately` : ''
    return `${use}, ${plural(option.containers, 'deployment')} there${failed}`
  },
}

function pressureOn({ used, capacity, containers }: Option): { share: number; of: string } {
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : 1)
  let most = { share: share(containers * 1000, capacity.cpuMillis * CONTAINERS_PER_VCPU), of: 'room for containers' }
  if (used) {
    const memory = share(used.memoryBytes, capacity.memoryBytes)
    if (memory >= most.share) most = { share: memory, of: 'memory' }
    const cpu = share(used.cpuMillis, capacity.cpuMillis)
    if (cpu > most.share) most = { share: cpu, of: 'CPU' }
  }
  return most
}
