/** Short ways to import a document, or one package in a document, for the tests beside. */
import { type Imported, importServerJson } from './index.ts'
import { RUNNERS } from './testing.ts'

export const read = (document: unknown, packageIndex?: number) =>
  importServerJson(document, { runners: RUNNERS, packageIndex })

export function accepted(document: unknown): Extract<Imported, { ok: true }> {
  const imported = read(document)
  if (!imported.ok) throw new Error(JSON.stringify(imported.refusals))
  return imported
}
export const configOf = (entry: object, extra: object = {}) => accepted(documentOf(entry, extra)).content.config
export const refusalsOf = (entry: object) => {
  const imported = read(documentOf(entry))
  return imported.ok ? [] : imported.refusals.map(({ path, reason }) => `${path}: ${reason}`)
}
export const documentOf = (entry: object, extra: object = {}) => ({
  ...{ name: 'io.github.acme/weather', description: 'Forecasts.', version: '1.0.0' },
  packages: [{ registryType: 'oci', identifier: 'acme/weather:1', transport: { type: 'stdio' }, ...entry }],
  ...extra,
})
export const npm = { registryType: 'npm', identifier: '@acme/weather', version: '1.2.3' }
