/** The SharedWorker: one hub for all tabs of a signed-in person. */
import type { TabId, ToHub } from './protocol.ts'
import { startRunner } from './runner.ts'
import { openLiveStream } from './stream.ts'

interface SharedWorkerScope {
  onconnect: ((event: MessageEvent) => void) | null
  close: () => void
}
const scope = globalThis as unknown as SharedWorkerScope

const ports = new Map<TabId, MessagePort>()
let connections = 0

const runner = startRunner({
  send: (tab, message) => ports.get(tab)?.postMessage(message),
  openStream: openLiveStream,
  onEnd: () => scope.close(),
})

scope.onconnect = ({ ports: [port] }) => {
  if (!port) return
  connections += 1
  const tab = `tab-${connections}`
  ports.set(tab, port)
  port.onmessage = (event: MessageEvent<ToHub>) => runner.receive(tab, event.data)
}
