import { describe, expect, it } from 'vitest'
import { UPSTREAM_STATUSES } from '#db/schema/templates.ts'
import { VERSION_STATUSES } from '#db/template-content.ts'
import { CHECK_GROUPS, VALIDATION_TRIGGERS, VERDICTS } from '#db/template-validation.ts'
import {
  CHECK_GROUP_TITLES,
  CHECK_STATUS,
  RUNS_STATUS,
  SECURITY_STATUS,
  TRIGGER_WORDS,
  UPSTREAM_STATUS,
  VERDICT_STATUS,
  VERSION_STATUS,
  WARNING_STATUS,
} from './template-status.ts'

describe('the status of templates', () => {
  it('has a row for each state that the server knows, and no other', () => {
    expect(Object.keys(VERSION_STATUS)).toEqual([...VERSION_STATUSES])
    expect(Object.keys(VERDICT_STATUS)).toEqual([...VERDICTS, 'running', 'none'])
    expect(Object.keys(CHECK_STATUS)).toEqual([...VERDICTS, 'running', 'waiting'])
    expect(Object.keys(SECURITY_STATUS)).toEqual([...VERDICTS, 'none'])
    expect(Object.keys(UPSTREAM_STATUS)).toEqual([...UPSTREAM_STATUSES])
    expect(Object.keys(CHECK_GROUP_TITLES)).toEqual([...CHECK_GROUPS])
    expect(Object.keys(TRIGGER_WORDS)).toEqual([...VALIDATION_TRIGGERS])
  })

  it('never leaves a meaning to colour alone: states of one table differ in icon and word', () => {
    for (const table of [
      ...[VERSION_STATUS, VERDICT_STATUS, CHECK_STATUS, UPSTREAM_STATUS],
      ...[SECURITY_STATUS, RUNS_STATUS, WARNING_STATUS],
    ]) {
      const rows = Object.values(table)
      expect(new Set(rows.map((row) => row.label)).size).toBe(rows.length)
      expect(new Set(rows.map((row) => row.icon)).size).toBe(rows.length)
    }
  })

  it('says what is not checked is never a pass', () => {
    expect(VERDICT_STATUS.skipped.tone).not.toBe(VERDICT_STATUS.pass.tone)
    expect(VERDICT_STATUS.skipped.label).toBe('Not checked')
    for (const status of [SECURITY_STATUS.skipped, SECURITY_STATUS.none, RUNS_STATUS.unknown])
      expect(status.tone).toBe('idle')
  })
})
