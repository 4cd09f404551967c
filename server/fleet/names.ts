/** What Berth's things are called in a cloud account; the installation id is in every one (I1). */
export const installationTag = (installationId: string): string => `berth-${installationId}`
/** Droplet row id → unique tag of its creation (I3). */
export const attemptTagOf = (dropletId: string): string => `berth-try-${dropletId}`

export const dropletTags = (o: { installationId: string; deploymentId: string; attemptTag: string }): string[] => [
  'berth',
  installationTag(o.installationId),
  `berth-dep-${o.deploymentId}`,
  o.attemptTag,
]

/** Region and the random end of the row's id: short enough for a terminal prompt, no two alike. */
export const dropletName = (o: { dropletId: string; region: string }): string =>
  `berth-${o.region}-${o.dropletId.slice(-6)}`

/** Keys and firewalls can't be tagged, so their name says whose they are. */
export const sshKeyName = (installationId: string, accountId: string): string =>
  `berth-${installationId}-${accountId.slice(-6)}`
export const firewallName = (installationId: string): string => `berth-${installationId}`
