'use client'
import { Wrench } from 'lucide-react'
import { useState } from 'react'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { SearchInput } from '#components/ui/search-input.tsx'
import type { DeploymentState } from '#db/schema/states.ts'
import type { DeploymentView } from '#server/api/views.ts'
import { ToolList } from './tool-list.tsx'

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
          <SearchInput
            className="ml-auto w-full sm:w-56"
            inputClassName="text-sm"
            aria-label="Search tools"
            placeholder={`Search ${tools.length} tools…`}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
      </div>
      {tools.length > 0 && shown.length === 0 ? (
        <p className="px-4 py-8 text-center text-muted">No tool matches.</p>
      ) : (
        <ToolList tools={shown} />
      )}
    </div>
  )
}
