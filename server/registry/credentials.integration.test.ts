import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registryCredentials } from '#db/schema/templates.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import { createVault } from '#server/crypto/vault.ts'
import { createCredentials, credentialPurpose } from './index.ts'

let database: TestDatabase
const vault = createVault(randomBytes(32))
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.end())

async function store(registry: string, sealedFor?: string): Promise<void> {
  const id = v7()
  const password = vault.seal('secret', credentialPurpose(sealedFor ?? id))
  await database.db.insert(registryCredentials).values({ id, registry, username: 'robot', password })
}

test('a registry has the credentials that were stored under its name, however its case', async () => {
  await store('registry.corp:5000')
  const credentialsFor = createCredentials({ db: database.db, vault })
  const found = { username: 'robot', password: 'secret' }
  expect(await credentialsFor('registry.corp:5000')).toEqual(found)
  expect(await credentialsFor('Registry.corp:5000')).toEqual(found)
  expect(await credentialsFor('registry.corp')).toBeNull()
})

test('R12: a password that was sealed for another row does not open', async () => {
  await store('moved.corp', v7())
  const credentialsFor = createCredentials({ db: database.db, vault })
  await expect(credentialsFor('moved.corp')).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
})
