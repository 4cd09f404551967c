/** Somebody who looks at the catalogue: an account with all of DigitalOcean's sizes, a small fleet, some deployments. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Sql } from '#db/client.ts'
import type { TestDatabase } from '#db/testing.ts'
import type { CloudSize } from '#server/cloud/port.ts'
import {
  fakeCloud,
  fakePool,
  GIB,
  insertAccount,
  insertDroplet,
  insertUser,
  MIB,
  testBase,
  userCtx,
  withFleet,
} from '#server/fleet/testing.ts'
import { registryServices } from '#server/registry/index.ts'
import type { TemplatesCtx } from '#server/templates/list.ts'

const file = path.join(import.meta.dirname, '../../local-cloud/data/sizes.json')
const DROPLETS = 5

interface Listed {
  slug: string
  vcpus: number
  memoryMiB: number
  diskGiB: number
  priceMonthly: number
}

export async function personWithFleet(database: Pick<TestDatabase, 'db' | 'url'>): Promise<TemplatesCtx> {
  const { sizes: listed, regionsOct2026: regions } = JSON.parse(readFileSync(file, 'utf8')) as {
    sizes: Listed[]
    regionsOct2026: string[]
  }
  const sizes = listed.map(
    (size): CloudSize => ({
      ...{ slug: size.slug, vcpus: size.vcpus, memoryBytes: size.memoryMiB * MIB, diskBytes: size.diskGiB * GIB },
      ...{
        priceMonthlyMicros: size.priceMonthly * 1e6,
        priceHourlyMicros: Math.round((size.priceMonthly * 1e6) / 672),
      },
      ...{ regions, available: true, description: '' },
    }),
  )
  const cloud = fakeCloud({
    sizes: async () => sizes,
    regions: async () =>
      regions.map((slug) => ({ slug, name: slug, available: true, sizes: sizes.map((size) => size.slug) })),
  })
  const plain = testBase({ ...database, sql: null as unknown as Sql, end: async () => {} })
  const base = withFleet(plain, { makeCloud: () => cloud, pool: fakePool() })
  const userId = await insertUser(base)
  const cloudAccountId = await insertAccount(base, userId)
  for (let i = 0; i < DROPLETS; i++) await insertDroplet(base, { userId, cloudAccountId })
  const ctx = userCtx(base, userId)
  // Whether an image is there is not asked of the internet here: it never holds a list up.
  const registry = { ...registryServices(base).registry, peek: () => null }
  return { ...ctx, services: { ...ctx.services, registry } }
}
