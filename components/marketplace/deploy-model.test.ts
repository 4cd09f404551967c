import { describe, expect, it } from 'vitest'
import { card } from '#components/testing/rows.ts'
import type { DefaultsView } from '#server/api/views-templates.ts'
import {
  basisWords,
  beginWith,
  cpuProblem,
  type DeployValues,
  memoryProblem,
  moreWords,
  regionProblem,
  requestFor,
  reuseWords,
} from './deploy-model.ts'
import { fieldsOf, initialValues } from './variable-model.ts'

const MIB = 2 ** 20
const measured: DefaultsView = {
  variables: {
    KEY: { from: 'saved', deploymentId: 'd1', deploymentName: 'memory-1', sameTemplate: true },
  },
  region: { slug: 'nyc3', reason: 'Your droplet is there.' },
  resources: {
    ...{ memoryBytes: 96 * MIB, cpuMillis: 250 },
    basis: { deployments: 3, samples: 120, p95MemoryBytes: 70 * MIB, p95CpuMillis: 31.5 },
  },
}
const key = { name: 'KEY', description: '', isRequired: false, isSecret: true }
const fields = fieldsOf({ variables: [key], requiredVariables: [] }, measured)

describe('the deploy form', () => {
  it('asks for nothing that the template says anyway', () => {
    expect(requestFor(card(), [], beginWith(card(), [], null))).toEqual({ template: 'memory' })
  })

  it('sends it to the droplet that the person wants, or to a new one, but for a region that rules it out', () => {
    const wanting = (wanted: DeployValues['wanted'], region = '') =>
      requestFor(card(), [], { ...beginWith(card(), [], null), wanted, region })
    const newDroplet = { size: 's-2vcpu-4gb', region: 'nyc3' }
    expect(wanting({ dropletId: 'd1' })).toEqual({ template: 'memory', dropletId: 'd1' })
    expect(wanting({ newDroplet })).toEqual({ template: 'memory', newDroplet })
    expect(wanting({ newDroplet }, 'fra1')).toEqual({ template: 'memory', region: 'fra1' })
  })

  it('begins with what was measured, and with the values of the deployment before', () => {
    const begun = beginWith(card(), fields, measured)
    expect(begun).toMatchObject({ memory: '96 MB', cpu: '0.25', region: '' })
    expect(requestFor(card(), fields, begun)).toEqual({
      ...{ template: 'memory', reuse: { KEY: 'd1' }, resources: { memoryBytes: 96 * MIB } },
    })
  })

  it('says where its figures come from', () => {
    expect(basisWords(measured.resources)).toMatchInlineSnapshot(
      `"Measured: in 120 measurements of 3 deployments, 95 of 100 were at most 70 MB and 0.04 vCPU; there is head-room on top."`,
    )
    expect(basisWords({ basis: null })).toMatch(/^The template’s own figures/)
    expect(reuseWords(fields, initialValues(fields))).toBe('Uses 1 saved value of memory-1.')
    expect(reuseWords(fields, { variables: {}, saved: { KEY: false } })).toBeNull()
    expect(moreWords(fields)).toBe('Name, region, limits and 1 variable')
  })

  it.each([
    [memoryProblem, '256 MB', null],
    [memoryProblem, '1 MB', 'Use at least 16 MB.'],
    [memoryProblem, 'much', 'Use an amount such as 256 MB.'],
    [cpuProblem, '0.001', 'Use at least 0.01.'],
    [cpuProblem, '', 'Use a number of vCPUs such as 0.25.'],
    [regionProblem, '', null],
    [regionProblem, 'New York', 'Use the short name of a region, such as nyc3.'],
  ])('refuses what the server would: %o(%j)', (problem, text, expected) => {
    expect(problem(text)).toBe(expected)
  })
})
