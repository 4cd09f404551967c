'use client'
import { useFormContext } from 'react-hook-form'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { describedBy, Field } from '#components/ui/field.tsx'
import { Input, NativeSelect } from '#components/ui/input.tsx'
import { Switch } from '#components/ui/switch.tsx'
import {
  fieldWords,
  formatHint,
  MADE_BY_BERTH,
  problemOf,
  switchValue,
  type VariableField,
  type VariableValues,
} from './variable-model.ts'

export const variableId = (name: string): string => `variable-${name}`

/** One field a variable; a secret is never shown nor remembered by the browser. */
export const VariableFields = ({ fields }: { fields: readonly VariableField[] }) =>
  fields.map((field) => <VariableRow key={field.name} field={field} />)

function VariableRow({ field }: { field: VariableField }) {
  const { formState, watch } = useFormContext<VariableValues>()
  const { name, saved } = field
  const id = variableId(name)
  const error = formState.errors.variables?.[name]?.message
  const hint = [field.description, formatHint(field)].filter(Boolean).join(' ')
  const reused = saved !== null && watch(`saved.${name}`)
  return (
    <Field
      id={id}
      label={
        <span className="flex flex-wrap items-baseline gap-x-2">
          <code className="font-mono text-sm [overflow-wrap:anywhere]">{name}</code>
          <span className="font-normal text-muted text-sm">{fieldWords(field)}</span>
        </span>
      }
      hint={hint || undefined}
      error={error}
    >
      {!reused && <Control field={field} id={id} invalid={error !== undefined} hinted={hint !== ''} />}
      {saved && <SavedTick field={field} id={reused ? id : `${id}-saved`} />}
    </Field>
  )
}

/** Where the value would come from; its own field gives way to it. */
function SavedTick({ field: { name, saved }, id }: { field: VariableField; id: string }) {
  const { register } = useFormContext<VariableValues>()
  if (!saved) return null
  return (
    <Checkbox id={id} className="items-start text-sm [&>input]:mt-0.5" {...register(`saved.${name}`)}>
      Use the value of <span className="font-medium [overflow-wrap:anywhere]">{saved.deploymentName}</span>
      {!saved.sameTemplate && <span className="text-muted">, another server of yours</span>}
      {saved.value !== null && (
        <>
          : <code className="font-mono [overflow-wrap:anywhere]">{saved.value}</code>
        </>
      )}
    </Checkbox>
  )
}

interface ControlProps {
  field: VariableField
  id: string
  invalid: boolean
  hinted: boolean
}

function Control({ field, id, invalid, hinted }: ControlProps) {
  const { register, setValue, watch } = useFormContext<VariableValues>()
  const path = `variables.${field.name}` as const
  const props = {
    id,
    'aria-invalid': invalid || undefined,
    'aria-describedby': describedBy(id, hinted, invalid),
  }
  if (field.kind === 'switch')
    return (
      <Switch
        {...props}
        checked={watch(path) === 'true'}
        onChange={(event) => setValue(path, switchValue(field, event.target.checked), { shouldDirty: true })}
      />
    )
  const registered = register(path, {
    validate: (value, all) => (all.saved?.[field.name] ? true : (problemOf(field, value ?? '') ?? true)),
  })
  if (field.kind === 'choice')
    return (
      <NativeSelect {...props} {...registered}>
        {field.none !== null && <option value="">{field.none}</option>}
        {field.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </NativeSelect>
    )
  return (
    <Input
      {...props}
      {...registered}
      type={field.isSecret ? 'password' : 'text'}
      inputMode={field.format === 'number' ? 'decimal' : undefined}
      autoComplete={field.isSecret ? 'new-password' : 'off'}
      spellCheck={false}
      className={field.placeholder === MADE_BY_BERTH ? 'placeholder:font-sans' : 'font-mono'}
      placeholder={field.placeholder}
    />
  )
}
