/** Images with an index around them and cosign signatures beside them, as the test registry serves them. */
import type { KeyObject } from 'node:crypto'
import { type BuiltImage, MANIFEST_TYPE, sha256 } from '#local-cloud/registry/build.ts'
import { cosignWithKey, simpleSigning } from '#server/registry/signature/testing-sigstore.ts'

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'
const SIMPLE_SIGNING_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json'

const blob = (mediaType: string, content: Buffer) => ({ mediaType, content, digest: sha256(content) })
const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const part = ({ mediaType, digest, content }: ReturnType<typeof blob>) => ({ mediaType, digest, size: content.length })

/** The tags move to an index that names the image; the image is left under its digest. */
export function indexed(image: BuiltImage): { index: BuiltImage; image: BuiltImage } {
  const platform = { os: 'linux', architecture: 'amd64' }
  const body = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [{ ...part(image.manifest), platform }] }
  return { index: { ...image, manifest: blob(INDEX_TYPE, json(body)) }, image: { ...image, tags: [] } }
}

/** cosign's signature over this manifest or index, and nothing else. */
export function signatureOver({ name, manifest, config }: BuiltImage, host: string, key: KeyObject): BuiltImage {
  const signed = cosignWithKey(simpleSigning(manifest.digest, `${host}/${name}`), key)
  if (signed.kind !== 'cosign') throw new Error('this is no cosign signature')
  const layer = blob(SIMPLE_SIGNING_TYPE, signed.payload)
  const annotations = { 'dev.cosignproject.cosign/signature': signed.signatureBase64 }
  const body = {
    ...{ schemaVersion: 2, mediaType: MANIFEST_TYPE, config: part(config) },
    layers: [{ ...part(layer), annotations }],
  }
  const tag = `${manifest.digest.replace(':', '-')}.sig`
  return { name, tags: [tag], manifest: blob(MANIFEST_TYPE, json(body)), config, layer }
}
