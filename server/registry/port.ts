/**
 * What the rest of Berth asks an image registry (OCI distribution API). Every method throws BerthError with
 * IMAGE_NOT_FOUND (no such image, or not without credentials), REGISTRY_UNAVAILABLE (down, slow, 5xx: say nothing about
 * the image), REGISTRY_REFUSED (an address that may not be asked, or an answer that breaks the specification).
 */
export interface Platform {
  os: string
  architecture: string
  variant?: string
}

export interface InspectedImage {
  /** As given. */
  reference: string
  /** Fully named, e.g. `docker.io/library/node:24`. */
  canonical: string
  /** What the tag points at now: of the index where there is one, else of the manifest. Pull by this. */
  digest: string
  /** Of the linux/amd64 manifest. */
  manifestDigest: string
  mediaType: string
  /** All that an index offers; one for a plain manifest. */
  platforms: Platform[]
  /** Sum of the compressed layers and the config. */
  compressedBytes: number
  layers: { digest: string; size: number; mediaType: string }[]
  config: ImageConfig
}

/** The parts of an OCI image config that say something; everything else is dropped. */
export interface ImageConfig {
  created: string | null
  architecture: string
  os: string
  user: string
  env: string[]
  entrypoint: string[]
  cmd: string[]
  workingDir: string
  /** TCP ports. */
  exposedPorts: number[]
  volumes: string[]
  labels: Record<string, string>
  history: { createdBy: string; comment: string; emptyLayer: boolean }[]
}

/** One thing that was signed over an image's digest. */
export type SignatureMaterial =
  /** cosign's `sha256-….sig` manifest: one layer of it. */
  | {
      kind: 'cosign'
      payload: Buffer
      signatureBase64: string
      certificatePem: string | null
      chainPem: string | null
      bundle: string | null
    }
  /** A Sigstore bundle found through the referrers API (or its fallback tag). */
  | { kind: 'bundle'; artifactType: string; bundle: unknown }

export interface RegistryClient {
  /** Manifest and config for linux/amd64. @throws also IMAGE_PLATFORM_MISSING when an index lacks it */
  inspect(image: string, o?: { signal?: AbortSignal }): Promise<InspectedImage>
  /** Only the digest that the reference points at now. */
  digest(image: string, o?: { signal?: AbortSignal }): Promise<string>
  /** Everything signed over `digest`; empty when there is nothing. */
  signatures(image: string, digest: string, o?: { signal?: AbortSignal }): Promise<SignatureMaterial[]>
  /** @returns whether the registry asked for them: one that lets everybody in proves nothing. @throws REGISTRY_DENIED */
  signIn(registry: string, credentials: Credentials, o?: { signal?: AbortSignal }): Promise<{ proven: boolean }>
}

export interface Credentials {
  username: string
  password: string
}
/** @returns null for a registry without any */
export type CredentialsFor = (registry: string) => Promise<Credentials | null>
