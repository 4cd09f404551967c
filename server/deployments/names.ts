/** Names, labels and tags of what Berth makes on a droplet: derived from ids alone, so that a re-run finds them (I1, I3). */
export interface AttemptId {
  deploymentId: string
  attempt: number
}

/** Name of the container and of its own network. */
export const containerName = (id: AttemptId): string => `berth-${id.deploymentId}-${id.attempt}`
/** Volumes outlive attempts: a redeploy keeps its data. */
export const volumeName = (deploymentId: string, name: string): string => `berth-${deploymentId}-${name}`
export const deploymentLabel = (deploymentId: string): string => `berth.deployment=${deploymentId}`
export const attemptLabels = (installationId: string, id: AttemptId): Record<string, string> => ({
  'berth.installation': installationId,
  'berth.deployment': id.deploymentId,
  'berth.attempt': String(id.attempt),
})

/** `registry/repo:tag@sha256:…` → `registry/repo`; a colon before the last slash belongs to the registry's port. */
export function repositoryOf(reference: string): string {
  const name = reference.split('@')[0] ?? reference
  const colon = name.lastIndexOf(':')
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name
}
