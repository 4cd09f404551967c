/**
 * The one file of the fleet that seals and opens secrets (I6, R12). Importers: `cloud-client.ts` opens tokens,
 * `targets.ts` client keys, `provision.ts` and `host-key.ts` host keys before they are proven; `accounts.ts` and
 * `clear-account.ts` only seal.
 */
import type { Sealed } from '#db/schema/cloud.ts'
import type { Base } from '#server/context.ts'

type Vault = Pick<Base, 'vault'>

const tokenPurpose = (accountId: string) => `cloud-token:${accountId}`
const clientKeyPurpose = (accountId: string) => `ssh-key:${accountId}`
const hostKeyPurpose = (dropletId: string) => `host-key:${dropletId}`

export const sealToken = (b: Vault, accountId: string, token: string): Sealed =>
  b.vault.seal(token, tokenPurpose(accountId))
export const openToken = (b: Vault, accountId: string, sealed: Sealed): string =>
  b.vault.open(sealed, tokenPurpose(accountId))

export const sealClientKey = (b: Vault, accountId: string, privateKey: string): Sealed =>
  b.vault.seal(privateKey, clientKeyPurpose(accountId))
export const openClientKey = (b: Vault, accountId: string, sealed: Sealed): string =>
  b.vault.open(sealed, clientKeyPurpose(accountId))

export const sealHostKey = (b: Vault, dropletId: string, privateKey: string): Sealed =>
  b.vault.seal(privateKey, hostKeyPurpose(dropletId))
export const openHostKey = (b: Vault, dropletId: string, sealed: Sealed): string =>
  b.vault.open(sealed, hostKeyPurpose(dropletId))
