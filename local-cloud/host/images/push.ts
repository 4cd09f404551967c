/** The pushing half of the OCI distribution protocol, for a registry of our own on this machine. */
import { openAsBlob } from 'node:fs'
import { MANIFEST_TYPE, sha256 } from '#local-cloud/registry/build.ts'

export interface Descriptor {
  mediaType: string
  digest: string
  size: number
}

/** A blob is a file, or text. */
export type BlobContent = { file: string } | { text: string }

export async function hasBlob(registry: string, name: string, digest: string): Promise<boolean> {
  const answer = await fetch(`${registry}/v2/${name}/blobs/${digest}`, { method: 'HEAD' })
  return answer.ok
}

/** Uploads what the repository lacks. @param from another repository of the registry that may have the blob */
export async function pushBlob(
  registry: string,
  name: string,
  digest: string,
  content: BlobContent,
  from?: string,
): Promise<void> {
  if (await hasBlob(registry, name, digest)) return
  const mount = from && from !== name ? `?${new URLSearchParams({ mount: digest, from })}` : ''
  const opened = await expectStatus(
    [201, 202],
    fetch(`${registry}/v2/${name}/blobs/uploads/${mount}`, { method: 'POST' }),
  )
  if (opened.status === 201) return
  const location = new URL(opened.headers.get('location') ?? '', registry)
  location.searchParams.set('digest', digest)
  const body = 'file' in content ? await openAsBlob(content.file) : content.text
  await expectStatus(
    [201],
    fetch(location, { method: 'PUT', body, headers: { 'content-type': 'application/octet-stream' } }),
  )
}

/** @returns the manifest's digest */
export async function pushManifest(
  registry: string,
  name: string,
  tags: string[],
  parts: { config: Descriptor; layers: Descriptor[] },
): Promise<string> {
  const body = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, ...parts })
  for (const tag of tags) {
    await expectStatus(
      [201],
      fetch(`${registry}/v2/${name}/manifests/${tag}`, {
        method: 'PUT',
        body,
        headers: { 'content-type': MANIFEST_TYPE },
      }),
    )
  }
  return sha256(body)
}

export async function hasManifest(registry: string, name: string, reference: string): Promise<boolean> {
  const answer = await fetch(`${registry}/v2/${name}/manifests/${reference}`, {
    method: 'HEAD',
    headers: { accept: MANIFEST_TYPE },
  })
  return answer.ok
}

async function expectStatus(codes: number[], call: Promise<Response>): Promise<Response> {
  const answer = await call
  const text = await answer.text()
  if (!codes.includes(answer.status))
    throw new Error(`the image registry answered ${answer.status} to ${answer.url}: ${text.slice(0, 300)}`)
  return answer
}
