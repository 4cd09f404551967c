/** Asks a droplet's engine directly, past the client under test, so that the suite sees what the engine recorded. */
import { request } from 'node:http'
import ssh2 from 'ssh2'
import type { DropletTarget } from './port.ts'

export function dockerGet(target: DropletTarget, path: string): Promise<unknown> {
  const client = new ssh2.Client()
  return new Promise((resolve, reject) => {
    client.on('error', reject)
    client.on('ready', () => {
      client.openssh_forwardOutStreamLocal('/var/run/docker.sock', (error, channel) => {
        if (error) return reject(error)
        const call = request({ path, createConnection: () => channel, headers: { connection: 'close' } }, (answer) => {
          let text = ''
          answer.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk
          })
          answer.on('end', () => {
            client.end()
            resolve(JSON.parse(text))
          })
        })
        call.on('error', reject)
        call.end()
      })
    })
    client.connect({ host: target.host, port: target.port, username: target.username, privateKey: target.privateKey })
  })
}
