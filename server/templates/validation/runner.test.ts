import { expect, test } from 'vitest'
import type { PackageSource } from '#db/template-config.ts'
import { isOperatorsRunner } from './runner.ts'
import { content } from './testing.ts'

const runners = {
  node: { image: 'registry.test/runner-node:1', npmCli: '/npm', registryUrl: 'https://npm.example' },
  python: { image: 'registry.test/runner-python:1', indexUrl: 'https://pypi.example' },
}
const source: PackageSource = {
  ...{ registryType: 'npm', identifier: 'weather', version: '1.0.0', allowInstallScripts: [] },
}

test('the runner of a package is the operator’s', () => {
  const image = runners.node.image
  const { config } = content({ image, package: source })
  expect(isOperatorsRunner(config, runners)).toBe(true)
})

test('R6: another image beside a package is checked as any image, and so is a runner without a package', () => {
  for (const image of [runners.python.image, 'ghcr.io/evil/runner:1', `${runners.node.image}-evil`]) {
    const { config } = content({ image, package: source })
    expect(isOperatorsRunner(config, runners)).toBe(false)
  }
  expect(isOperatorsRunner(content({ image: runners.node.image }).config, runners)).toBe(false)
})
