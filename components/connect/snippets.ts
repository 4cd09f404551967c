/**
 * Ready-to-paste settings of MCP clients for one endpoint. Pure data. Formats as the clients document them:
 * Claude Code `claude mcp add --transport http`, Claude Desktop `claude_desktop_config.json` (it reads only commands,
 * so `mcp-remote` bridges), Cursor `mcp.json`, VS Code `.vscode/mcp.json` (which asks for secrets as inputs).
 */
export interface SnippetInput {
  /** The deployment's name; becomes the server's name in the client. */
  name: string
  endpoint: string
  /** Null where the token is not at hand any more: a placeholder stands in. */
  token: string | null
}

export const CLIENTS = ['claude-code', 'claude-desktop', 'cursor', 'vscode', 'generic'] as const
export type ClientId = (typeof CLIENTS)[number]

export interface Snippet {
  client: ClientId
  label: string
  /** Where it goes: a terminal, or a file's path. */
  where: string
  language: 'shell' | 'json'
  text: string
  /** What the reader should know besides; one sentence. */
  note?: string
}

export const TOKEN_PLACEHOLDER = 'YOUR_TOKEN'

const json = (value: unknown): string => JSON.stringify(value, null, 2)

/** What every client takes as a server's name, and no shell takes for anything else. */
export const serverName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '') || 'berth'

export function connectSnippets({ name, endpoint, token }: SnippetInput): Snippet[] {
  const server = serverName(name)
  const authorization = `Bearer ${token ?? TOKEN_PLACEHOLDER}`
  const headers = { Authorization: authorization }
  const plainHttp = endpoint.startsWith('http:') ? ['--allow-http'] : []
  const input = `${server}-token`
  return [
    {
      client: 'claude-code',
      label: 'Claude Code',
      where: 'Terminal',
      language: 'shell',
      text: `claude mcp add --transport http ${server} ${endpoint} --header "Authorization: ${authorization}"`,
      note: 'Add --scope user to have it in every project.',
    },
    {
      client: 'claude-desktop',
      label: 'Claude Desktop',
      where: 'claude_desktop_config.json',
      language: 'json',
      text: json({
        mcpServers: {
          [server]: {
            command: 'npx',
            // No space in the argument: on Windows it would be cut there.
            args: ['-y', 'mcp-remote', endpoint, ...plainHttp, '--header', `Authorization:\${AUTH_HEADER}`],
            env: { AUTH_HEADER: authorization },
          },
        },
      }),
      note: 'Open it under Settings, Developer, Edit Config; needs Node.js; restart Claude Desktop afterwards.',
    },
    {
      client: 'cursor',
      label: 'Cursor',
      where: '~/.cursor/mcp.json',
      language: 'json',
      text: json({ mcpServers: { [server]: { url: endpoint, headers } } }),
      note: 'Use .cursor/mcp.json in a project to have it there only.',
    },
    {
      client: 'vscode',
      label: 'VS Code',
      where: '.vscode/mcp.json',
      language: 'json',
      text: json({
        inputs: [{ type: 'promptString', id: input, description: `Token of ${server}`, password: true }],
        servers: {
          [server]: { type: 'http', url: endpoint, headers: { Authorization: `Bearer \${input:${input}}` } },
        },
      }),
      note: 'VS Code asks for the token once and keeps it out of the file.',
    },
    {
      client: 'generic',
      label: 'Other clients',
      where: 'Their MCP settings',
      language: 'json',
      text: json({ mcpServers: { [server]: { type: 'streamable-http', url: endpoint, headers } } }),
      note: 'Any client that speaks Streamable HTTP and sends headers.',
    },
  ]
}
