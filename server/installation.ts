/** The installation's own short id: part of every tag, label and name that Berth makes in a cloud (I1). */
import { randomInt } from 'node:crypto'
import type { Db } from '#db/client.ts'
import { installation } from '#db/schema/auth.ts'

/** Lower case and digits only: DigitalOcean tags, Docker labels and names all accept them. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const LENGTH = 10

/** Made at the first start; whoever comes second, in the same instant or a year later, reads it. */
export async function installationId(db: Db): Promise<string> {
  const made = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  await db.insert(installation).values({ id: 1, installationId: made }).onConflictDoNothing()
  const [row] = await db.select({ id: installation.installationId }).from(installation)
  if (!row) throw new Error('the installation has no row')
  return row.id
}
