import { ChevronRight } from 'lucide-react'
import { CodeBlock } from '#components/ui/code.tsx'
import type { DeploymentView } from '#server/api/views.ts'

export type Tool = NonNullable<DeploymentView['tools']>[number]

/** Tools by name, with what they take; each unfolds into its schema. */
export const ToolList = ({ tools }: { tools: readonly Tool[] }) =>
  tools.length === 0 ? (
    <p className="px-4 py-8 text-center text-muted">The server offers no tools.</p>
  ) : (
    <ul className="divide-y">
      {tools.map((tool) => (
        <ToolRow key={tool.name} tool={tool} />
      ))}
    </ul>
  )

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
