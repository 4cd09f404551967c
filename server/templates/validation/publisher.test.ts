import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { distance, publisher } from './publisher.ts'
import { content } from './testing.ts'

describe('the publisher of an image', () => {
  test.each([
    ['node:24', 'pass', 'docker.io/library is a well-known publisher'],
    ['mcp/everything:1', 'pass', 'docker.io/mcp is a well-known'],
    ['ghcr.io/github/github-mcp-server:1', 'pass', 'well-known'],
    ['ghcr.io/acme/weather:1', 'pass', 'No official'],
    ['127.0.0.1:5000/mcp/everything', 'pass', 'a registry of your own'],
    ['registry.corp.example:5000/github/x', 'pass', 'a registry of your own'],
    ['1ibrary/node', 'fail', 'looks the same as docker.io/library'],
    ['ghcr.io/g1thub/mcp-server', 'fail', 'looks the same as ghcr.io/github'],
    ['ghcr.io/git-hub/mcp-server', 'fail', 'looks the same'],
    ['ghcr.io/model-context-protocol/x', 'fail', 'looks the same'],
    ['ghcr.io/rnicrosoft/x', 'fail', 'looks the same as ghcr.io/microsoft'],
    ['ghcr.io/githubb/mcp-server', 'warn', 'almost spelled like ghcr.io/github'],
    ['ghcr.io/microsfot/x', 'warn', 'almost spelled like ghcr.io/microsoft'],
    ['ghcr.io/modelcontextprotocols/x', 'warn', 'almost spelled'],
    ['mcp-official/postgres', 'warn', 'dresses up as docker.io/mcp'],
    ['stripe-inc/mcp', 'warn', 'dresses up as docker.io/stripe'],
    ['quay.io/modelcontextprotocol/x', 'warn', 'has the name of a publisher elsewhere'],
    ['ghcr.lo/github/x', 'fail', 'looks the same as ghcr.io'],
    ['docker.lo/mcp/x', 'fail', 'looks the same as docker.io'],
    ['map/tiles', 'pass', 'No official'],
    ['ghcr.io/gitlab/x', 'pass', 'No official'],
    ['lscr.io/linuxserver/x', 'pass', 'No official'],
    ['a//b', 'skipped', 'can’t be read'],
  ])('%s is a %s', (reference, verdict, says) => {
    expect(publisher(content({ image: reference }))).toMatchObject({ verdict, summary: expect.stringContaining(says) })
  })
})

test.each([
  ['@modelcontextprotocol/server-memory', 'pass'],
  ['@modelcontextprotocoI/server-memory', 'fail'],
  ['@model-context-protocol/server-memory', 'fail'],
  ['@cloudfiare/mcp', 'fail'],
  ['@cloudflar/mcp', 'warn'],
  ['@acme/weather', 'pass'],
  ['weather-mcp', 'pass'],
])('the package %s is a %s', (identifier, verdict) => {
  const template = content()
  template.config.package = { registryType: 'npm', identifier, version: '1.0.0', allowInstallScripts: [] }
  expect(publisher(template).verdict).toBe(verdict)
})

test('the distance counts changes, and a swap as one', () => {
  expect([distance('github', 'gihtub'), distance('github', 'githb'), distance('', 'abc')]).toEqual([1, 1, 3])
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(distance(a, b)).toBe(distance(b, a))
      expect(distance(a, b) === 0).toBe(a === b)
      expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
    }),
  )
})
