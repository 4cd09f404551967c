'use client'
import { Plus } from 'lucide-react'
import { useFieldArray, useFormContext, useWatch } from 'react-hook-form'
import { Button } from '#components/ui/button.tsx'
import type { EditorFields } from './editor-model.ts'
import { AreaField, CheckField, ListError, Section, SelectField, TextField } from './fields.tsx'
import { RowActs } from './row-acts.tsx'
import { RowList, type RowPlace } from './row-list.tsx'

const LIST = 'config.arguments'

export function ArgumentsSection() {
  const { control } = useFormContext<EditorFields>()
  const own = useWatch({ control, name: 'config.ownArguments' })
  const hasPackage = useWatch({ control, name: 'config.hasPackage' })
  const list = useFieldArray({ control, name: LIST })
  return (
    <Section
      id="arguments"
      title="Arguments"
      lead={
        hasPackage
          ? 'Of the package’s program. {NAME} stands for the value of a variable.'
          : 'In place of the image’s command. {NAME} stands for the value of a variable.'
      }
      action={
        own && (
          <Button size="sm" onClick={() => list.append({ text: '', onlyWith: '' })}>
            <Plus /> Add an argument
          </Button>
        )
      }
    >
      <CheckField
        name="config.ownArguments"
        label={hasPackage ? 'Give the program arguments' : 'Replace the image’s command'}
      />
      <ListError name={LIST} />
      {own && list.fields.length === 0 && <p className="text-muted">An empty command.</p>}
      {own && <RowList list={list} row={(place) => <ArgumentRow {...place} />} />}
    </Section>
  )
}

function ArgumentRow({ index, ...acts }: RowPlace) {
  const { control } = useFormContext<EditorFields>()
  const onlyWith = useWatch({ control, name: `${LIST}.${index}.onlyWith` })
  const variables = useWatch({ control, name: 'config.environmentVariables' })
  const called = `argument ${index + 1}`
  const names = [...new Set([...variables.map((variable) => variable.name), onlyWith])].filter(Boolean)
  const shared = {
    name: `${LIST}.${index}.text`,
    label: <span className="sr-only">{`Argument ${index + 1}`}</span>,
  } as const
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-2 sm:grid-cols-[minmax(0,1fr)_14rem_auto]">
      {onlyWith === '' ? (
        <TextField {...shared} mono className="max-sm:col-span-2" />
      ) : (
        <AreaField
          {...shared}
          mono
          hint="One a line; all are left out while the variable has no value."
          className="max-sm:col-span-2"
        />
      )}
      <SelectField
        name={`${LIST}.${index}.onlyWith`}
        label={<span className="sr-only">{`When argument ${index + 1} is given`}</span>}
      >
        <option value="">always</option>
        {names.map((name) => (
          <option key={name} value={name}>{`only with ${name}`}</option>
        ))}
      </SelectField>
      <span className="mt-2.5 justify-self-end">
        <RowActs of={called} index={index} {...acts} />
      </span>
    </li>
  )
}
