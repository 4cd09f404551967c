'use client'
import { useFormContext, useWatch } from 'react-hook-form'
import type { EditorFields } from './editor-model.ts'
import { CheckField, Section, SelectField, TextField } from './fields.tsx'

export function TransportSection() {
  const { control } = useFormContext<EditorFields>()
  const type = useWatch({ control, name: 'config.transport.type' })
  return (
    <Section id="transport" title="Transport" lead="How the server speaks MCP inside its container.">
      <div className="grid gap-4 sm:grid-cols-3">
        <SelectField name="config.transport.type" label="Speaks">
          <option value="stdio">stdio</option>
          <option value="streamable-http">Streamable HTTP</option>
          <option value="sse">HTTP with SSE (2024)</option>
        </SelectField>
        {type === 'stdio' ? (
          <CheckField
            name="config.transport.shared"
            label="One process for all clients"
            hint="For servers that keep what clients share; else each client session has its own."
            className="self-center sm:col-span-2"
          />
        ) : (
          <>
            <TextField name="config.transport.port" label="Port" mono inputMode="numeric" />
            <TextField name="config.transport.path" label="Path" mono placeholder={type === 'sse' ? '/sse' : '/mcp'} />
          </>
        )}
        <TextField
          name="config.startTimeoutMs"
          label="Time to start, seconds"
          mono
          inputMode="decimal"
          hint="Until its first answer."
        />
      </div>
    </Section>
  )
}
