import { describe, expect, test } from 'vitest'
import { CATEGORIES } from '../../template-content.ts'
import { contentOfServer, PUBLIC_SERVERS, popularityOf } from './index.ts'

describe('the built-in catalogue', () => {
  test('has at least a hundred public servers, each of them named and described once', () => {
    expect(PUBLIC_SERVERS.length).toBeGreaterThanOrEqual(100)
    const unique = (values: string[]) => expect(new Set(values).size).toBe(values.length)
    unique(PUBLIC_SERVERS.map(({ slug }) => slug))
    unique(PUBLIC_SERVERS.map(({ description }) => description))
  })

  test.each(PUBLIC_SERVERS)('$slug names its registry, says what it does, and asks for what it needs', (server) => {
    expect(server.image).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+\/[a-z0-9._/-]+:[\w.-]+$/)
    expect(server.description).toMatch(/^[A-Z].{40,}\.$/)
    expect(CATEGORIES).toContain(server.category)
    expect(server.tags.length).toBeGreaterThan(0)
    for (const { name, description, value } of server.variables ?? [])
      expect([name, value !== undefined || description.length > 0]).toEqual([name, true])
    expect(contentOfServer(server)).toMatchObject({ displayName: server.name, config: { image: server.image } })
  })

  test('counts orders of magnitude: ten times the pulls, the same step', () => {
    expect(popularityOf({})).toBe(0)
    expect(popularityOf({ pulls: 999 })).toBe(180)
    expect(popularityOf({ pulls: 9999 })).toBe(240)
  })
})
