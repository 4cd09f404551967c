/**
 * A port for a program that must be told which one to use.
 *
 * Not by listening on port 0: what the system hands out then lies among the ports of outgoing connections (Linux: 32768
 * and up, macOS: 49152 and up), and one of those may take it before the program does. Drawn at random, so that two
 * processes that ask at once hardly ever get the same.
 */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

const FROM = 15_000
const TO = 32_768

/** @throws the error of the last `listen` when twenty ports in a row were refused, or the host is not of this machine */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let left = 20; ; left--) {
    const port = randomInt(FROM, TO)
    const probe = createServer()
    try {
      await once(probe.listen(port, host), 'listening')
    } catch (error) {
      if (left > 1 && (error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue
      throw error
    }
    probe.close()
    await once(probe, 'close')
    return port
  }
}
