'use client'
import { useFormContext } from 'react-hook-form'
import { describedBy, Field } from '#components/ui/field.tsx'
import { Input, NativeSelect } from '#components/ui/input.tsx'
import type { VariableView } from '#server/api/views.ts'

export interface VariableValues {
  variables: Record<string, string>
}

/** One field a variable; a secret is never shown nor remembered by the browser. */
export function VariableFields({ variables }: { variables: readonly VariableView[] }) {
  const { register, formState } = useFormContext<VariableValues>()
  return variables.map((variable) => {
    const id = `variable-${variable.name}`
    const error = formState.errors.variables?.[variable.name]?.message
    const props = {
      id,
      'aria-invalid': error ? true : undefined,
      'aria-describedby': describedBy(id, variable.description !== '', error !== undefined),
      ...register(`variables.${variable.name}`, {
        validate: (value) =>
          !variable.isRequired || variable.default !== undefined || (value ?? '') !== '' || 'This is needed.',
      }),
    }
    return (
      <Field
        key={variable.name}
        id={id}
        label={
          <span className="flex flex-wrap items-baseline gap-x-2">
            <code className="font-mono text-sm [overflow-wrap:anywhere]">{variable.name}</code>
            <span className="font-normal text-muted text-sm">
              {[variable.isSecret && 'secret', !variable.isRequired && 'optional'].filter(Boolean).join(', ')}
            </span>
          </span>
        }
        hint={variable.description || undefined}
        error={error}
      >
        {variable.choices ? (
          <NativeSelect {...props} defaultValue={variable.default ?? ''}>
            {variable.default === undefined && <option value="">Choose…</option>}
            {variable.choices.map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </NativeSelect>
        ) : (
          <Input
            {...props}
            type={variable.isSecret ? 'password' : 'text'}
            autoComplete={variable.isSecret ? 'new-password' : 'off'}
            spellCheck={false}
            className="font-mono"
            placeholder={variable.placeholder ?? variable.default}
          />
        )}
      </Field>
    )
  })
}

/** What was filled in; an empty optional field means "leave its default". */
export const filledIn = (values: VariableValues): Record<string, string> =>
  Object.fromEntries(Object.entries(values.variables ?? {}).filter(([, value]) => value !== ''))
