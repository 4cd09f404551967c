/** The parts of this module as one process uses them, made of its configuration. */
import type { Base } from '#server/context.ts'
import { type Ask, createAsk } from './ask.ts'
import { createRegistryClient } from './client.ts'
import { createCredentials } from './credentials.ts'
import type { RegistryClient } from './port.ts'
import { createResolver, type Resolver } from './resolve.ts'

export interface RegistryServices {
  /** Whether an image is there, remembered. */
  registry: Resolver
  /** All about one image, asked anew. */
  images: RegistryClient
  /** Any request to an address that somebody else chose. */
  ask: Ask
}

export function registryServices(base: Pick<Base, 'config' | 'db' | 'vault'>): RegistryServices {
  const { allowedHosts, demoRegistry } = base.config
  const ask = createAsk({ allowedHosts: demoRegistry === null ? allowedHosts : [...allowedHosts, demoRegistry] })
  const images = createRegistryClient({ ask, credentialsFor: createCredentials(base) })
  return { ask, images, registry: createResolver({ images }) }
}
