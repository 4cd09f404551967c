import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { productionClosure } from './closure.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'closure-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function install(folder: string, manifest: object = {}): void {
  mkdirSync(path.join(root, folder), { recursive: true })
  writeFileSync(path.join(root, folder, 'package.json'), JSON.stringify(manifest))
}

test('takes what is needed, each from where Node would find it', () => {
  install('node_modules/server', { dependencies: { shared: '^2', '@scope/tool': '1' }, devDependencies: { only: '1' } })
  install('node_modules/server/node_modules/shared', { dependencies: { deep: '1' } })
  install('node_modules/shared', { dependencies: { never: '1' } })
  install('node_modules/@scope/tool', { dependencies: { server: '1' } })
  install('node_modules/deep')
  install('node_modules/only')
  expect(productionClosure(root, ['server'])).toEqual([
    'node_modules/@scope/tool',
    'node_modules/deep',
    'node_modules/server',
    'node_modules/server/node_modules/shared',
  ])
})

test('goes without optional packages that are not installed, and takes peers that are', () => {
  install('node_modules/server', {
    optionalDependencies: { native: '1' },
    peerDependencies: { zod: '4', react: '19' },
    peerDependenciesMeta: { react: { optional: true } },
  })
  install('node_modules/zod')
  install('node_modules/react')
  expect(productionClosure(root, ['server'])).toEqual(['node_modules/server', 'node_modules/zod'])
})

test('names the package that is missing and who needs it', () => {
  install('node_modules/server', { dependencies: { gone: '1' } })
  expect(() => productionClosure(root, ['server'])).toThrow(
    'gone, needed by node_modules/server, is not installed: run npm install',
  )
})
