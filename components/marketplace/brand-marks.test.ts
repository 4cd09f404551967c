import { describe, expect, test } from 'vitest'
import { brandMark } from './brand-marks.ts'

describe('the mark of a template', () => {
  test('is the brand that its name begins with', () => {
    expect(brandMark('GitHub')).not.toBeNull()
    expect(brandMark('Brave Search')).toBe(brandMark('Brave'))
    expect(brandMark('Home Assistant')).not.toBeNull()
  })

  test('is nobody else’s: a name that only holds a brand has none', () => {
    expect(brandMark('My GitHub helper')).toBeNull()
    expect(brandMark('Gitlike')).toBeNull()
  })
})
