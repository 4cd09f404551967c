import type { VariableView } from '#server/api/views-templates.ts'
import { Section } from './template-section.tsx'
import { MADE_BY_BERTH } from './variable-model.ts'

interface TemplateVariablesProps {
  variables: readonly VariableView[]
  required: readonly VariableView[]
}

export function TemplateVariables({ variables, required }: TemplateVariablesProps) {
  const asked = new Set(required.map(({ name }) => name))
  return (
    <Section title="Variables" count={variables.length || undefined}>
      {variables.length === 0 ? (
        <p className="px-4 py-3 text-muted">It takes none.</p>
      ) : (
        <ul className="divide-y">
          {variables.map((variable) => (
            <li key={variable.name} className="grid gap-0.5 px-4 py-2.5">
              <p className="flex flex-wrap items-baseline gap-x-3">
                <code className="font-mono text-sm [overflow-wrap:anywhere]">{variable.name}</code>
                <span className="text-muted text-sm">{words(variable, asked.has(variable.name))}</span>
                {variable.default !== undefined && (
                  <span className="text-muted text-sm [overflow-wrap:anywhere]">
                    default <code className="font-mono">{variable.default || '(empty)'}</code>
                  </span>
                )}
              </p>
              {variable.description && <p className="text-muted [overflow-wrap:anywhere]">{variable.description}</p>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

const words = ({ isSecret, generate, format, choices }: VariableView, asked: boolean): string =>
  [
    asked && !generate ? 'required' : 'optional',
    isSecret && 'secret',
    format && format !== 'string' && (format === 'filepath' ? 'path' : format),
    choices && choices.length > 0 && `one of ${choices.join(', ')}`,
    generate && MADE_BY_BERTH,
  ]
    .filter(Boolean)
    .join(', ')
