import { describe, expect, it } from 'vitest'
import type { DefaultsView, VariableView } from '#server/api/views-templates.ts'
import { fieldsOf, filledIn, initialValues, keptFields, problemOf, switchValue } from './variable-model.ts'

const variable = (over: Partial<VariableView>): VariableView => ({
  ...{ name: 'A', description: '', isRequired: false, isSecret: false },
  ...over,
})
const defaults = (variables: DefaultsView['variables']): DefaultsView => ({
  ...{ variables, region: null, resources: { memoryBytes: 1, cpuMillis: 1, basis: null } },
})
const saved = (over: object = {}) =>
  ({ from: 'saved', deploymentId: 'd1', deploymentName: 'github-1', sameTemplate: true, ...over }) as const
const fields = (variables: VariableView[], found: DefaultsView['variables'] = {}) =>
  fieldsOf(
    { variables, requiredVariables: variables.filter((v) => v.isRequired && v.default === undefined) },
    defaults(found),
  )
const one = (over: Partial<VariableView>, found: DefaultsView['variables'] = {}) => {
  const [field] = fields([variable(over)], found)
  if (!field) throw new Error('no field')
  return field
}

describe('a variable’s field', () => {
  it.each<[string, Partial<VariableView>, object]>([
    ['a required one is asked', { isRequired: true }, { kind: 'text', asked: true }],
    ['one with a default is not', { isRequired: true, default: 'x' }, { asked: false, placeholder: 'x', initial: '' }],
    [
      'Berth makes what it can make',
      { isRequired: true, isSecret: true, generate: true },
      { asked: false, generated: true, placeholder: 'Berth makes one' },
    ],
    ['choices are a list', { choices: ['a', 'b'], default: 'b' }, { kind: 'choice', initial: 'b', none: null }],
    ['a list may hold nothing', { choices: ['a', 'b'] }, { kind: 'choice', initial: '', none: 'not set' }],
    ['a boolean is a switch', { format: 'boolean', default: 'true' }, { kind: 'switch', initial: 'true' }],
    ['but not where the template lists its words', { format: 'boolean', choices: ['true'] }, { kind: 'choice' }],
  ])('%s', (_case, over, expected) => {
    expect(one(over)).toMatchObject(expected)
  })

  it('ticks a saved value of the same template, and only offers one of another', () => {
    const both = fields([variable({ name: 'OWN', isSecret: true }), variable({ name: 'OTHER', isSecret: true })], {
      OWN: saved(),
      OTHER: saved({ sameTemplate: false }),
    })
    expect(initialValues(both).saved).toEqual({ OWN: true, OTHER: false })
  })

  it('says nothing of a saved value that is the default', () => {
    expect(one({ default: 'x' }, { A: saved({ value: 'x' }) }).saved).toBeNull()
    expect(one({ default: 'x' }, { A: saved({ value: 'y' }) }).saved).toMatchObject({ value: 'y' })
    expect(one({ isSecret: true }, { A: saved() }).saved).toMatchObject({ value: null })
  })

  it.each<[string, Partial<VariableView>, string, string | null]>([
    ['nothing, where it is asked', { isRequired: true }, '', 'This is needed.'],
    ['nothing, elsewhere', {}, '', null],
    ['a word for a number', { format: 'number' }, 'ten', 'Use a number such as 8080 or 0.5.'],
    ['a number', { format: 'number' }, '-1.5e3', null],
    ['two lines for a path', { format: 'filepath' }, '/a\n/b', 'Use a path on one line.'],
    ['a path', { format: 'filepath' }, '/data', null],
    ['what is not in the list', { choices: ['a'] }, 'b', 'Choose one of the list.'],
    ['far too much', {}, 'x'.repeat(10_001), 'Use at most 10000 characters.'],
  ])('answers %s', (_case, over, value, expected) => {
    expect(problemOf(one(over), value)).toBe(expected)
  })

  it('sends nothing for a switch that nobody touched and that has no default', () => {
    expect(switchValue(one({ format: 'boolean' }), false)).toBe('')
    expect(switchValue(one({ format: 'boolean', default: 'true' }), false)).toBe('false')
    expect(switchValue(one({ format: 'boolean', isRequired: true }), false)).toBe('false')
  })

  it('sends a saved value by the name of its deployment, never by itself', () => {
    const own = fields([variable({ name: 'KEY', isSecret: true }), variable({ name: 'HOST' })], { KEY: saved() })
    const values = { ...initialValues(own), variables: { KEY: '', HOST: 'h' } }
    expect(filledIn(own, values)).toEqual({ variables: { HOST: 'h' }, reuse: { KEY: 'd1' } })
    expect(filledIn(own, { variables: { KEY: 'mine' }, saved: { KEY: false } })).toEqual({
      ...{ variables: { KEY: 'mine' }, reuse: {} },
    })
  })

  it('changes nothing of a deployment while it is empty', () => {
    const kept = keptFields([
      variable({ isRequired: true, default: 'x' }),
      variable({ name: 'B', format: 'boolean', default: 'true' }),
    ])
    expect(filledIn(kept, initialValues(kept))).toEqual({ variables: {}, reuse: {} })
    expect(kept.map((field) => problemOf(field, ''))).toEqual([null, null])
    expect(kept[1]).toMatchObject({ kind: 'choice', choices: ['true', 'false'], none: 'unchanged' })
  })
})
