/** A real registry for tests (Debian's `docker-registry`, CNCF Distribution), and pushing to it by its plain HTTP API. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe } from 'vitest'
import { freePort } from '../../db/free-port.ts'

const PROGRAM = ['/usr/bin', '/usr/local/bin', '/usr/sbin']
  .map((dir) => path.join(dir, 'docker-registry'))
  .find((file) => existsSync(file))

/** Says so where the program is missing. */
export const registrySuite = (title: string, tests: () => void): void =>
  void describe.skipIf(!PROGRAM)(PROGRAM ? title : `${title} (not run: install docker-registry)`, tests)

const START_DEADLINE_MS = 15_000
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json'
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'

export const sha256 = (bytes: Buffer | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export interface TestDescriptor {
  mediaType: string
  digest: string
  size: number
  annotations?: Record<string, string>
  platform?: { os: string; architecture: string; variant?: string }
  artifactType?: string
}

export interface TestRegistry {
  /** `127.0.0.1:port` */
  host: string
  stop(): Promise<void>
}

/** @param auth its part of the configuration, see https://distribution.github.io/distribution/about/configuration/#auth */
export async function startRegistry(auth?: (dir: string) => Record<string, unknown>): Promise<TestRegistry> {
  const dir = mkdtempSync(path.join(tmpdir(), 'berth-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  const config = path.join(dir, 'config.yml')
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      version: '0.1',
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: path.join(dir, 'storage') }, delete: { enabled: true } },
      http: { addr: host },
      ...(auth && { auth: auth(dir) }),
    }),
  )
  const child = spawn(PROGRAM ?? 'docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-2000)
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    process.off('exit', kill)
    child.kill('SIGKILL')
    await ended
    rmSync(dir, { recursive: true, force: true })
  }
  const deadline = performance.now() + START_DEADLINE_MS
  for (;;) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => null)
    if (answer?.status === 200 || answer?.status === 401) return { host, stop }
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop()
      throw new Error(`docker-registry did not start: ${words}`)
    }
    await pause(20)
  }
}

/** Pushes to one repository. @param authorization header of who may */
export function pushTo(host: string, repository: string, authorization?: string) {
  const base = `http://${host}/v2/${repository}`
  const headers = { ...(authorization && { authorization }) }
  const checked = async (asking: Promise<Response>) => {
    const answer = await asking
    if (!answer.ok) throw new Error(`push: ${answer.status} ${await answer.text()}`)
    return answer
  }

  async function blob(content: Buffer | string, mediaType: string): Promise<TestDescriptor> {
    const bytes = Buffer.from(content)
    const digest = sha256(bytes)
    const begun = await checked(fetch(`${base}/blobs/uploads/`, { method: 'POST', headers }))
    const to = new URL(begun.headers.get('location') ?? '', base)
    to.searchParams.set('digest', digest)
    await checked(
      fetch(to, { method: 'PUT', headers: { ...headers, 'content-type': 'application/octet-stream' }, body: bytes }),
    )
    return { mediaType, digest, size: bytes.length }
  }

  /** @param tag null: by its digest alone */
  async function document(tag: string | null, mediaType: string, body: object): Promise<TestDescriptor> {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...body }))
    const digest = sha256(bytes)
    await checked(
      fetch(`${base}/manifests/${tag ?? digest}`, {
        method: 'PUT',
        headers: { ...headers, 'content-type': mediaType },
        body: bytes,
      }),
    )
    return { mediaType, digest, size: bytes.length }
  }

  async function image(tag: string | null, o: { architecture?: string; config?: object; layer?: string } = {}) {
    const config = await blob(
      JSON.stringify({
        architecture: o.architecture ?? 'amd64',
        os: 'linux',
        created: '2026-01-02T03:04:05Z',
        rootfs: { type: 'layers', diff_ids: [] },
        ...o.config,
      }),
      OCI_CONFIG,
    )
    const layer = await blob(o.layer ?? `layer of ${tag}`, OCI_LAYER)
    const manifest = await document(tag, OCI_MANIFEST, { config, layers: [layer] })
    return { ...manifest, config, layer }
  }

  return { blob, document, image }
}
