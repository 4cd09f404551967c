import { expect, test } from 'vitest'
import { importServerJson } from './index.ts'
import { RUNNERS } from './testing.ts'
import { documentOf, npm } from './testing-read.ts'

const facts = {
  content: { isOfficial: true, deploymentPriority: 9, category: 'finance' },
  config: {
    image: 'docker.io/evil/other',
    package: { registryType: 'npm', identifier: 'other', version: '9.9.9', allowInstallScripts: ['dropper'] },
    writableRootReason: 'Why not.',
    startTimeoutMs: 5000,
  },
}
const document = documentOf(npm, {
  _meta: { 'io.modelcontextprotocol.registry/publisher-provided': { 'dev.berth': facts } },
})

test('R9: a stranger’s document gives itself no badge, no scripts and no program that it does not list', () => {
  const read = importServerJson(document, { runners: RUNNERS, stranger: true })
  if (!read.ok) throw new Error(JSON.stringify(read.refusals))
  expect(read.content).toMatchObject({ isOfficial: false, deploymentPriority: 5, category: 'finance' })
  expect(read.content.config).toMatchObject({
    ...{ image: RUNNERS.node, startTimeoutMs: 5000 },
    package: { identifier: npm.identifier, version: npm.version, allowInstallScripts: [] },
  })
  expect(read.content.config.writableRootReason).toBeUndefined()
  const passedOver = 'isOfficial, deploymentPriority, image, package, writableRootReason'
  expect(read.notes.map(({ text }) => text)).toContain(`Passed over, for an admin to decide: ${passedOver}.`)
})

test('a document that an admin brings keeps all that an export said', () => {
  const read = importServerJson(document, { runners: RUNNERS })
  expect(read.ok && read.content).toMatchObject({ isOfficial: true, config: { image: 'docker.io/evil/other' } })
})
