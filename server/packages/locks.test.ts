import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PackageSource } from '#db/template-config.ts'
import { BerthError } from '#server/errors.ts'
import { readNpmLock } from './npm-lock.ts'
import { pypiLock } from './pypi.ts'

const REGISTRY = 'https://registry.test/npm'
const HASH = `sha512-${'a'.repeat(86)}==`
const source = (more: Partial<PackageSource> = {}): PackageSource => ({
  ...{ registryType: 'npm', identifier: '@scope/server', version: '1.0.0', allowInstallScripts: [] },
  ...more,
})
const own = { version: '1.0.0', resolved: `${REGISTRY}/server.tgz`, integrity: HASH, bin: { server: './dist/x.js' } }
const lock = (packages: Record<string, unknown>) =>
  JSON.stringify({ lockfileVersion: 3, packages: { '': {}, 'node_modules/@scope/server': own, ...packages } })
const read = (packages: Record<string, unknown>, of = source()) => readNpmLock(lock(packages), of, REGISTRY)
const dependency = { version: '2.0.0', resolved: `${REGISTRY}/d.tgz`, integrity: HASH }

describe('npm', () => {
  test('a lock of registry packages with hashes is taken', () => {
    expect(read({ 'node_modules/d': dependency })).toEqual({
      program: 'node_modules/@scope/server/dist/x.js',
      packages: 2,
      installScripts: [],
    })
  })

  test.each([
    ['git', { ...dependency, resolved: 'git+ssh://git@host.test/d.git#abc' }, 'd comes from git+ssh:'],
    [
      'another host',
      { ...dependency, resolved: 'https://elsewhere.test/d.tgz' },
      'd comes from https://elsewhere.test',
    ],
    ['a host that only begins alike', { ...dependency, resolved: `${REGISTRY}.evil.test/d.tgz` }, 'd comes from'],
    ['a folder', { link: true, resolved: '../d' }, 'd comes from ../d'],
    ['no address', {}, 'd comes from a folder'],
    ['no hash', { ...dependency, integrity: undefined }, 'd has no sha512 hash'],
    ['a weak hash', { ...dependency, integrity: `sha1-${'a'.repeat(27)}=` }, 'd has no sha512 hash'],
    ['a claim to be bundled by nobody', { inBundle: true }, 'd comes from a folder'],
  ])('a dependency with %s is refused by name', (_, entry, words) => {
    expect(() => read({ 'node_modules/d': entry })).toThrow(words)
  })

  test('what a package bundles is covered by its hash', () => {
    const at = 'node_modules/@scope/server/node_modules/inner'
    expect(read({ [at]: { version: '1.0.0', inBundle: true } }).packages).toBe(2)
  })

  test('install scripts are told by name, but for those that are allowed or optional', () => {
    const scripted = { ...dependency, hasInstallScript: true }
    const packages = {
      'node_modules/d': scripted,
      'node_modules/e/node_modules/f': scripted,
      'node_modules/g': { ...scripted, optional: true },
      'node_modules/e': dependency,
    }
    expect(read(packages).installScripts).toEqual(['d', 'f'])
    expect(read(packages, source({ allowInstallScripts: ['d'] })).installScripts).toEqual(['f'])
  })

  test.each(['../../etc/passwd', '/etc/passwd', 'a b', '$(id)'])('R3: the program %j is refused', (file) => {
    expect(() => read({ 'node_modules/@scope/server': { ...own, bin: { server: file } } })).toThrow('program')
  })

  test('no text makes the reader fail in another way than by refusing', () => {
    const refuses = (run: () => unknown) => {
      try {
        run()
      } catch (error) {
        expect(error).toBeInstanceOf(BerthError)
      }
    }
    fc.assert(fc.property(fc.string(), (text) => refuses(() => readNpmLock(text, source(), REGISTRY))))
    fc.assert(fc.property(fc.jsonValue(), (value) => refuses(() => read({ 'node_modules/d': value }))))
    fc.assert(fc.property(fc.json(), (text) => refuses(() => pypiLock(text, source()))))
  })
})

describe('PyPI', () => {
  const dist = {
    name: 'Mcp_Server',
    version: '1.0',
    url: 'https://files.test/x.whl',
    sha256: 'a'.repeat(64),
    direct: false,
  }
  const told = (installed: unknown[], scripts: string[]) =>
    pypiLock(JSON.stringify({ installed, scripts }), source({ registryType: 'pypi', identifier: 'mcp-server' }))

  test('a program is found as names are compared, or as the only one', () => {
    expect(told([dist], ['other', 'mcp_server']).program).toBe('mcp_server')
    expect(told([dist], ['serve']).program).toBe('serve')
    expect(() => told([dist], ['a', 'b'])).toThrow('programs a, b')
    expect(() => told([dist], [])).toThrow('no program')
  })

  test('a distribution from an address of its own, or without a hash, is refused by name', () => {
    expect(() => told([dist, { ...dist, name: 'd', direct: true }], ['serve'])).toThrow(
      'd comes from https://files.test',
    )
    expect(() => told([{ ...dist, sha256: '' }], ['serve'])).toThrow('Mcp_Server has no sha256 hash')
    expect(() => told([{ ...dist, version: '1.0 --hash=sha256:x' }], ['serve'])).toThrow('can not be read')
  })
})
