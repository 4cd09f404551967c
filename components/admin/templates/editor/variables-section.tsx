'use client'
import { ChevronRight, Plus } from 'lucide-react'
import { get, useFieldArray, useFormContext, useWatch } from 'react-hook-form'
import { Button } from '#components/ui/button.tsx'
import { VARIABLE_FORMATS } from '#db/template-config.ts'
import { type EditorFields, emptyVariable } from './editor-model.ts'
import { AreaField, CheckField, ListError, Section, SelectField, TextField } from './fields.tsx'
import { RowActs } from './row-acts.tsx'
import { RowList, type RowPlace } from './row-list.tsx'

const LIST = 'config.environmentVariables'

export function VariablesSection() {
  const { control } = useFormContext<EditorFields>()
  const list = useFieldArray({ control, name: LIST })
  return (
    <Section
      id="variables"
      title="Variables"
      lead="What the server reads from its environment. Required ones are asked before a deployment starts."
      action={
        <Button size="sm" onClick={() => list.append(emptyVariable)}>
          <Plus /> Add a variable
        </Button>
      }
    >
      <ListError name={LIST} />
      {list.fields.length === 0 && <p className="text-muted">It takes no variables.</p>}
      <RowList list={list} row={(place) => <VariableRow {...place} />} className="gap-3" />
    </Section>
  )
}

function VariableRow({ index, ...acts }: RowPlace) {
  const { control, formState } = useFormContext<EditorFields>()
  const at = `${LIST}.${index}` as const
  const row = useWatch({ control, name: at })
  const wrong = get(formState.errors, at) !== undefined
  const called = row?.name || `variable ${index + 1}`
  return (
    <li className="grid min-w-0 gap-3 rounded-control border p-3">
      <div className="grid gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <TextField name={`${at}.name`} label="Name" mono placeholder="API_KEY" />
        <TextField name={`${at}.description`} label="Description" placeholder="What it is and where to get it" />
      </div>
      <div className="flex items-start justify-between gap-3">
        <div className="flex flex-wrap gap-x-5 gap-y-2">
          <CheckField name={`${at}.isRequired`} label="Required" />
          <CheckField name={`${at}.isSecret`} label="Secret" />
          {row?.source === 'person' && <CheckField name={`${at}.generate`} label="Make one when none is given" />}
          <CheckField name={`${at}.inputOnly`} label="Only in arguments" />
        </div>
        <RowActs of={called} index={index} {...acts} className="-my-1" />
      </div>
      <details open={wrong || undefined} className="group min-w-0">
        <summary className="flex items-center gap-1 rounded-control text-muted text-sm">
          <ChevronRight className="size-3.5 transition-transform group-open:rotate-90" aria-hidden />
          {summaryOf(row)}
        </summary>
        <div className="grid gap-3 pt-3 sm:grid-cols-2">
          <SelectField name={`${at}.source`} label="Given by">
            <option value="person">the person who deploys</option>
            <option value="fixed">this template</option>
          </SelectField>
          <SelectField name={`${at}.format`} label="Format">
            <option value="">any text</option>
            {VARIABLE_FORMATS.map((format) => (
              <option key={format}>{format}</option>
            ))}
          </SelectField>
          {row?.source === 'fixed' ? (
            <TextField
              name={`${at}.value`}
              label="Value"
              mono
              hint="{NAME} stands for the value of another variable."
              className="sm:col-span-2"
            />
          ) : (
            <>
              <TextField name={`${at}.default`} label="Default" mono />
              <TextField name={`${at}.placeholder`} label="Example" mono />
              <AreaField name={`${at}.choices`} label="Choices" mono hint="One a line." className="sm:col-span-2" />
              {row?.emptyDefault && <CheckField name={`${at}.emptyDefault`} label="Its default is empty text" />}
            </>
          )}
        </div>
      </details>
    </li>
  )
}

/** What the folded part holds, so that nobody has to open it to know. */
function summaryOf(row: EditorFields['config']['environmentVariables'][number] | undefined): string {
  if (!row) return 'More'
  if (row.source === 'fixed') return `Fixed: ${row.value || 'empty'}`
  const parts = [
    row.format && `format ${row.format}`,
    row.default && `default ${row.default}`,
    row.choices && 'choices',
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(', ') : 'Format, default, choices'
}
