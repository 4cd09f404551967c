import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type TemplateContent, templateContent } from '#db/template-content.ts'
import { compareContents } from './compare.ts'

const content = (config: Record<string, unknown> = {}, rest: Partial<TemplateContent> = {}): TemplateContent =>
  templateContent.parse({
    ...{ displayName: 'Weather', description: 'Tells the weather.', category: 'data', ...rest },
    config: {
      ...{ image: 'x', transport: { type: 'stdio' }, ...config },
      resources: { memoryBytes: 2 ** 27, cpuMillis: 100, diskBytes: 0 },
    },
  })

const variables = (...names: string[]) => ({ environmentVariables: names.map((name) => ({ name })) })

describe('what differs between two versions', () => {
  test('is nothing when only the order of keys differs', () => {
    const one = content()
    const other = Object.fromEntries(Object.entries(one).reverse()) as TemplateContent
    expect(compareContents(one, other)).toEqual([])
  })

  test('is named by its field', () => {
    expect(compareContents(content(), content({ workingDir: '/app' }, { tags: ['a'] }))).toEqual([
      { path: 'tags', from: [], to: ['a'] },
      { path: 'config.workingDir', from: undefined, to: '/app' },
    ])
  })

  test('is one change when a variable is put before others', () => {
    const changes = compareContents(content(variables('A', 'B')), content(variables('NEW', 'A', 'B')))
    expect(changes.map(({ path }) => path)).toEqual(['config.environmentVariables.NEW'])
  })

  test('is found in variables that are called like parts of JavaScript', () => {
    const changes = compareContents(content(variables('constructor', '__proto__')), content(variables('toString')))
    expect(changes.map(({ path }) => path).sort()).toEqual([
      'config.environmentVariables.__proto__',
      'config.environmentVariables.constructor',
      'config.environmentVariables.toString',
    ])
  })

  test('is the same list backwards when the versions are swapped', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[A-Z_]{1,4}$/), { maxLength: 6 })
    fc.assert(
      fc.property(names, names, (a, b) => {
        const [one, other] = [content(variables(...a)), content(variables(...b))]
        const there = compareContents(one, other).map(({ path, from, to }) => [path, from, to])
        const back = compareContents(other, one).map(({ path, from, to }) => [path, to, from])
        expect(there.sort()).toEqual(back.sort())
      }),
    )
  })
})
