'use client'
import { ChevronRight, Search, Wrench } from 'lucide-react'
import { useState } from 'react'
import { CodeBlock } from '#components/ui/code.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Input } from '#components/ui/input.tsx'
import type { DeploymentState } from '#db/schema/states.ts'
import type { DeploymentView } from '#server/api/views.ts'

type Tool = NonNullable<DeploymentView['tools']>[number]
/** From here on a list is worth searching. */
const SEARCH_FROM = 12

interface ToolsTabProps {
  deployment: DeploymentView
  state: DeploymentState
}

export function ToolsTab({ deployment, state }: ToolsTabProps) {
  const [search, setSearch] = useState('')
  const { tools, serverInfo, protocolVersion, era } = deployment
  if (!tools)
    return (
      <EmptyState
        icon={Wrench}
        title={state === 'queued' || state === 'deploying' ? 'Tools come with the health check' : 'No tools were read'}
      >
        Berth reads the list from the server itself, through the same endpoint that agents use.
      </EmptyState>
    )
  const needle = search.toLowerCase()
  const shown = tools.filter((tool) =>
    `${tool.name} ${tool.title ?? ''} ${tool.description ?? ''}`.toLowerCase().includes(needle),
  )
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b px-4 py-2 text-muted text-sm">
        {serverInfo && (
          <span className="[overflow-wrap:anywhere]">
            {serverInfo.title ?? serverInfo.name} <span className="font-mono">{serverInfo.version}</span>
          </span>
        )}
        {protocolVersion && (
          <span>
            MCP <span className="font-mono">{protocolVersion}</span>
            {era && `, ${era === 'stateless' ? 'stateless' : 'with sessions'}`}
          </span>
        )}
        {tools.length >= SEARCH_FROM && (
          <div className="relative ml-auto w-full sm:w-56">
            <Search className="pointer-events-none absolute top-2 left-2.5 size-4" aria-hidden />
            <Input
              className="h-8 pl-8 text-sm"
              type="search"
              aria-label="Search tools"
              placeholder={`Search ${tools.length} tools…`}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          </div>
        )}
      </div>
      {shown.length === 0 && (
        <p className="px-4 py-8 text-center text-muted">
          {tools.length === 0 ? 'The server offers no tools.' : 'No tool matches.'}
        </p>
      )}
      <ul className="divide-y">
        {shown.map((tool) => (
          <ToolRow key={tool.name} tool={tool} />
        ))}
      </ul>
    </div>
  )
}

function ToolRow({ tool }: { tool: Tool }) {
  const fields = fieldsOf(tool.inputSchema)
  return (
    <li>
      <details className="group">
        <summary className="flex list-none gap-2 px-4 py-2.5 hover:bg-hover focus-visible:-outline-offset-2 [&::-webkit-details-marker]:hidden">
          <ChevronRight
            className="mt-0.5 size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
            aria-hidden
          />
          <span className="grid min-w-0 gap-0.5">
            <span className="flex flex-wrap items-baseline gap-x-2">
              <code className="font-medium font-mono text-sm [overflow-wrap:anywhere]">{tool.name}</code>
              {fields.length > 0 && (
                <span className="text-muted text-sm">
                  ({fields.map((field) => (field.required ? field.name : `${field.name}?`)).join(', ')})
                </span>
              )}
            </span>
            {tool.description && (
              <span className="line-clamp-2 text-muted [overflow-wrap:anywhere] group-open:line-clamp-none">
                {tool.description}
              </span>
            )}
          </span>
        </summary>
        <CodeBlock label={`Input schema of ${tool.name}`} className="mx-4 mb-3 ml-10 max-h-96">
          {JSON.stringify(tool.inputSchema ?? {}, null, 2)}
        </CodeBlock>
      </details>
    </li>
  )
}

function fieldsOf(schema: Tool['inputSchema']): { name: string; required: boolean }[] {
  const { properties, required } = schema ?? {}
  if (typeof properties !== 'object' || properties === null) return []
  const needed = Array.isArray(required) ? required : []
  return Object.keys(properties).map((name) => ({ name, required: needed.includes(name) }))
}
