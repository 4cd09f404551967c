import { describe, expect, test } from 'vitest'
import { CLIENTS, type ClientId, connectSnippets, type Snippet, serverName, TOKEN_PLACEHOLDER } from './snippets.ts'

const endpoint = 'https://berth.example/mcp/0190f0f0-0000-7000-8000-000000000000'
const snippets = (token: string | null = 'berth_mcp_abc-DEF_123', url = endpoint) =>
  Object.fromEntries(
    connectSnippets({ name: 'My Files (prod)', endpoint: url, token }).map((s) => [s.client, s]),
  ) as Record<ClientId, Snippet>

describe('settings to paste', () => {
  test('every client has its own', () => {
    expect(connectSnippets({ name: 'x', endpoint, token: null }).map((s) => s.client)).toEqual([...CLIENTS])
  })

  test('Claude Code takes one command', () => {
    expect(snippets()['claude-code'].text).toBe(
      `claude mcp add --transport http my-files-prod ${endpoint} --header "Authorization: Bearer berth_mcp_abc-DEF_123"`,
    )
  })

  test('Claude Desktop runs a bridge, because its file knows only commands', () => {
    expect(JSON.parse(snippets()['claude-desktop'].text)).toEqual({
      mcpServers: {
        'my-files-prod': {
          command: 'npx',
          args: ['-y', 'mcp-remote', endpoint, '--header', `Authorization:\${AUTH_HEADER}`],
          env: { AUTH_HEADER: 'Bearer berth_mcp_abc-DEF_123' },
        },
      },
    })
  })

  test('an endpoint without TLS has to be allowed in the bridge', () => {
    expect(snippets('t', 'http://localhost:3000/mcp/x')['claude-desktop'].text).toContain('"--allow-http"')
  })

  test('Cursor and generic clients take a URL with headers', () => {
    const headers = { Authorization: 'Bearer berth_mcp_abc-DEF_123' }
    expect(JSON.parse(snippets().cursor.text)).toEqual({ mcpServers: { 'my-files-prod': { url: endpoint, headers } } })
    expect(JSON.parse(snippets().generic.text).mcpServers['my-files-prod']).toMatchObject({ url: endpoint, headers })
  })

  test('VS Code asks for the token, which its shared file never holds', () => {
    const { text } = snippets().vscode
    expect(text).not.toContain('berth_mcp')
    expect(JSON.parse(text)).toEqual({
      inputs: [
        { type: 'promptString', id: 'my-files-prod-token', description: 'Token of my-files-prod', password: true },
      ],
      servers: {
        'my-files-prod': {
          type: 'http',
          url: endpoint,
          headers: { Authorization: `Bearer \${input:my-files-prod-token}` },
        },
      },
    })
  })

  test('a placeholder stands where the token is not known any more', () => {
    for (const id of ['claude-code', 'claude-desktop', 'cursor', 'generic'] as const)
      expect(snippets(null)[id].text).toContain(`Bearer ${TOKEN_PLACEHOLDER}`)
  })

  test('the token is in no URL', () => {
    for (const one of Object.values(snippets())) expect(one.text).not.toMatch(/https?:[^"\s]*berth_mcp/)
  })
})

test.each([
  ['everything', 'everything'],
  ['  Ünïcode Näme  ', 'unicode-name'],
  ['$(rm -rf ~); `x`', 'rm-rf-x'],
  ['"quoted" \n', 'quoted'],
  ['\u202Eabc', 'abc'],
  ['日本語', 'berth'],
  ['x'.repeat(80), 'x'.repeat(40)],
])('R3: %j becomes the harmless name %j', (name, expected) => {
  expect(serverName(name)).toBe(expected)
})
