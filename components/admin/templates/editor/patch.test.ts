import { describe, expect, it } from 'vitest'
import { templateContent } from '#db/template-content.ts'
import { valueWords } from '../change-words.ts'
import { readForm, writeForm } from './editor-model.ts'
import { fieldLabel, fieldOf } from './field-path.ts'
import { applyPatch } from './patch.ts'
import { findWrong } from './resolver.ts'

const content = templateContent.parse({
  displayName: 'Weather',
  description: 'Forecasts.',
  category: 'web',
  config: {
    image: 'docker.io/acme/weather',
    transport: { type: 'stdio' },
    environmentVariables: [{ name: 'API_KEY' }],
    resources: { memoryBytes: 2 ** 40, cpuMillis: 100, diskBytes: 0 },
  },
})

describe('a fix', () => {
  it('changes what it names and says from what to what', () => {
    const fixed = applyPatch(content, [
      { path: ['config', 'resources', 'memoryBytes'], value: 2 ** 28 },
      { path: ['config', 'environmentVariables', 0, 'isSecret'], value: true },
      { path: ['config', 'environmentVariables', 1], value: { name: 'CITY', isRequired: true } },
    ])
    expect(fixed.content.config.resources.memoryBytes).toBe(2 ** 28)
    expect(
      fixed.changes.map(({ path, from, to }) => [fieldLabel(path), valueWords(path, from), valueWords(path, to)]),
    ).toMatchInlineSnapshot(`
        [
          [
            "Memory",
            "1 TB",
            "256 MB",
          ],
          [
            "Variable 1, secret",
            "no",
            "yes",
          ],
          [
            "Variable 2",
            "none",
            "CITY, required",
          ],
        ]
      `)
    expect(content.config.resources.memoryBytes).toBe(2 ** 40)
  })

  it('names only what differs in a whole that it replaces', () => {
    const resources = { ...content.config.resources, memoryBytes: 2 ** 30 }
    const fixed = applyPatch(content, [{ path: ['config', 'resources'], value: resources }])
    expect(fixed.changes).toEqual([{ path: 'config.resources.memoryBytes', from: 2 ** 40, to: 2 ** 30 }])
  })

  it('takes a value away, and leaves alone what is as it should be already', () => {
    const fixed = applyPatch(content, [
      { path: ['config', 'environmentVariables', 0], value: undefined },
      { path: ['category'], value: 'web' },
    ])
    expect(fixed.content.config.environmentVariables).toEqual([])
    expect(fixed.changes.map((change) => change.path)).toEqual(['config.environmentVariables.0'])
  })

  it('never reaches outside of the content', () => {
    const fixed = applyPatch(content, [{ path: ['__proto__', 'polluted'], value: 'yes' }])
    expect(fixed.changes).toEqual([])
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })
})

describe('an error', () => {
  it.each([
    [['tags', 3], 'tags'],
    [['config', 'arguments', 2, 'values', 0], 'config.arguments.2.text'],
    [['config', 'arguments', 2], 'config.arguments.2.text'],
    [['config', 'environmentVariables', 1, 'choices', 4], 'config.environmentVariables.1.choices'],
    [['config', 'environmentVariables', 1], 'config.environmentVariables.1.name'],
    ['content.config.transport.port', 'config.transport.port'],
    ['content.config.package', 'config.package.identifier'],
  ])('about %j shows at %s', (path, field) => expect(fieldOf(path)).toBe(field))

  it('is found with the schema of the server and said in words for the field', () => {
    const fields = writeForm(content)
    fields.displayName = ' '
    fields.githubUrl = 'javascript:alert(1)'
    fields.tags = 'fine, x'.padEnd(80, 'x')
    fields.config.resources.memoryBytes = '3 potatoes'
    fields.config.environmentVariables = [
      {
        ...writeForm(content).config.environmentVariables[0],
        name: '1BAD',
      } as (typeof fields.config.environmentVariables)[0],
    ]
    expect(findWrong(fields)).toMatchInlineSnapshot(`
      {
        "wrong": [
          {
            "field": "displayName",
            "message": "This is needed.",
          },
          {
            "field": "tags",
            "message": "Use at most 40 characters.",
          },
          {
            "field": "githubUrl",
            "message": "Use an http:// or https:// URL",
          },
          {
            "field": "config.environmentVariables.0.name",
            "message": "Use letters, digits and _, not starting with a digit",
          },
          {
            "field": "config.resources.memoryBytes",
            "message": "Use a size of at least 16 MB, such as 256 MB.",
          },
        ],
      }
    `)
  })

  it('is absent for what the schema takes', () => {
    expect(findWrong(writeForm(content))).toEqual({ content: readForm(writeForm(content)) })
  })
})
