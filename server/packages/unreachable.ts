/** A registry of packages that the droplet did not reach: says nothing about the package. */
import { BerthError } from '#server/errors.ts'

const CERTIFICATE = /CERT|SSL|TLS|UNABLE_TO_/
/** It was reached, and answered this. */
const ANSWERED = /^E(?:50\d|429)$/

/** @param words what npm or pip called it; @param setting where the operator names the registry */
export function unreachable(registryUrl: string, words: string, setting: string): BerthError {
  const { host } = new URL(registryUrl)
  if (ANSWERED.test(words))
    return new BerthError('REGISTRY_UNAVAILABLE', `${host} answers ${words.slice(1)}.`, {
      action: 'Try again later: the registry is down or asked too often.',
    })
  const action = CERTIFICATE.test(words)
    ? `The droplet does not trust the certificate that it sees for ${host}: have an operator name a registry that it trusts in ${setting}, or use a runner image that trusts this one.`
    : `See that droplets may reach ${host}, or have an operator name another registry in ${setting}; then try again.`
  return new BerthError('REGISTRY_UNAVAILABLE', `${host} can’t be reached from the droplet: ${words}.`, { action })
}
