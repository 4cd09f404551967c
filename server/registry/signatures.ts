/**
 * What was signed over an image's digest, found in the two places where signers put it: cosign's tag
 * `sha256-<hex>.sig`, and the referrers of the digest (the API of OCI 1.1, or its fallback tag `sha256-<hex>`).
 * Nothing is judged here, and a registry that does not answer is an error, never "unsigned".
 * Source: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md,
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 */
import { BerthError } from '#server/errors.ts'
import { parseJson } from './auth.ts'
import type { Reader } from './client.ts'
import { ACCEPT_INDEX, type Descriptor, type Document, readDocument, SHA256 } from './manifest.ts'
import type { SignatureMaterial } from './port.ts'
import { canonical, type ImageReference } from './reference.ts'

/** More signatures than that on one image are noise, and each costs requests. */
const SIGNATURES_MAX = 20
const PAGES_MAX = 5
const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json'
/** cosign's signature as a referrer, with layers as its tag has them. */
const COSIGN_ARTIFACT = 'application/vnd.dev.cosign.artifact.sig.v1+json'
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle\b/

export function createSignatures(reader: Reader) {
  return async function signatures(
    at: ImageReference,
    digest: string,
    signal: AbortSignal,
  ): Promise<SignatureMaterial[]> {
    if (!SHA256.test(digest)) throw new BerthError('IMAGE_NOT_FOUND', `${canonical(at)} has no digest that is signed.`)
    const tag = digest.replace(':', '-')
    const found: SignatureMaterial[] = []
    const tagged = await reader.document(at, `${tag}.sig`, signal)
    if (tagged) found.push(...(await cosign(at, tagged, signal)))
    for (const { digest: referrer, artifactType = '' } of await referrers(at, digest, tag, signal)) {
      if (found.length >= SIGNATURES_MAX) break
      const document = await reader.document(at, referrer, signal)
      if (!document) continue
      if (artifactType === COSIGN_ARTIFACT) found.push(...(await cosign(at, document, signal)))
      else found.push(...(await bundles(at, document, artifactType, signal)))
    }
    return found.slice(0, SIGNATURES_MAX)
  }

  async function cosign(at: ImageReference, document: Document, signal: AbortSignal): Promise<SignatureMaterial[]> {
    if (document.kind !== 'manifest') return []
    const layers = document.layers.filter(({ mediaType }) => mediaType === SIMPLE_SIGNING).slice(0, SIGNATURES_MAX)
    return Promise.all(
      layers.map(async (layer) => ({
        kind: 'cosign' as const,
        payload: await reader.blob(at, layer, signal),
        signatureBase64: layer.annotations?.['dev.cosignproject.cosign/signature'] ?? '',
        certificatePem: layer.annotations?.['dev.sigstore.cosign/certificate'] || null,
        chainPem: layer.annotations?.['dev.sigstore.cosign/chain'] || null,
        bundle: layer.annotations?.['dev.sigstore.cosign/bundle'] || null,
      })),
    )
  }

  async function bundles(
    at: ImageReference,
    document: Document,
    artifactType: string,
    signal: AbortSignal,
  ): Promise<SignatureMaterial[]> {
    if (document.kind !== 'manifest') return []
    const layers = document.layers.filter(({ mediaType }) => BUNDLE.test(mediaType)).slice(0, SIGNATURES_MAX)
    return Promise.all(
      layers.map(async (layer) => {
        const bundle = parseJson((await reader.blob(at, layer, signal)).toString('utf8'))
        return { kind: 'bundle' as const, artifactType, bundle: bundle ?? null }
      }),
    )
  }

  /** Those of the kinds that are read here. */
  async function referrers(
    at: ImageReference,
    digest: string,
    tag: string,
    signal: AbortSignal,
  ): Promise<Descriptor[]> {
    const listed: Descriptor[] = []
    let path: string | null = `referrers/${digest}`
    for (let page = 0; path !== null && page < PAGES_MAX; page++) {
      const response = await reader.get(at, path, ACCEPT_INDEX, signal)
      // Registries without the API keep the same list under a tag.
      if (page === 0 && [400, 404, 405, 501].includes(response.status)) {
        const fallback = await reader.document(at, tag, signal)
        listed.push(...(fallback?.kind === 'index' ? fallback.manifests : []))
        break
      }
      if (!response.ok)
        throw new BerthError('REGISTRY_UNAVAILABLE', `The registry does not list what refers to ${canonical(at)}.`)
      const index = readDocument(
        Buffer.from(await response.arrayBuffer()),
        response.headers.get('content-type'),
        canonical(at),
      )
      if (index.kind === 'index') listed.push(...index.manifests)
      path = nextPath(response, at)
    }
    return listed.filter(({ artifactType = '' }) => BUNDLE.test(artifactType) || artifactType === COSIGN_ARTIFACT)
  }
}

/** `Link: </v2/…/referrers/…?n=…>; rel="next"`, within the same list. */
function nextPath(response: Response, { repository }: ImageReference): string | null {
  const [, link] = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '') ?? []
  const next = link ? URL.parse(link, response.url) : null
  const prefix = `/v2/${repository}/`
  return next?.pathname.startsWith(`${prefix}referrers/`) ? `${next.pathname.slice(prefix.length)}${next.search}` : null
}
