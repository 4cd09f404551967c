/** The one door to the running server: types come through imports, the running thing through `globalThis`. */
import type { RuntimeBridge } from '#server/bridge.ts'

export function bridge(): RuntimeBridge {
  const found = (globalThis as { [key: symbol]: unknown })[Symbol.for('berth.runtime')]
  if (!found) throw new Error('pages are served by server/main.ts: start Berth with `npm start`')
  return found as RuntimeBridge
}
