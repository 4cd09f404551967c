'use client'
import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { flushSync } from 'react-dom'
import { FormProvider, type UseFormReturn, useForm, useFormContext } from 'react-hook-form'
import { Notice } from '#components/ui/notice.tsx'
import type { DefaultsView, TemplateCard, VariableView } from '#server/api/views-templates.ts'
import { beginWith, type DeployValues, moreWords, requestFor, reuseWords } from './deploy-model.ts'
import { LimitFields, NameField, RegionField } from './place-fields.tsx'
import type { Deploy } from './use-deploy.ts'
import { VariableFields } from './variable-fields.tsx'
import { fieldsOf, type VariableField } from './variable-model.ts'
import { WhereField } from './where-field.tsx'

interface DeployFormProps {
  template: TemplateCard & { variables: readonly VariableView[] }
  /** Null: they could not be had; the form goes without. */
  defaults: DefaultsView | null
  deploy: Deploy
  onStarted: (deploymentId: string) => void
  /**
   * It stands on a page: where it would go is above what is folded away; on a wide page the fields scroll by
   * themselves above the buttons, on a narrow one the buttons stay at the window's lower edge.
   */
  inPanel?: boolean
  /** The buttons. */
  children: ReactNode
}

/** Everything a deployment can be given: what only the person knows first, the rest folded away with good values. */
export function DeployForm({ template, defaults, deploy, onStarted, inPanel, children }: DeployFormProps) {
  // What came later must not move fields under the hands of whoever fills them in.
  const [{ fields, begun }] = useState(() => {
    const own = fieldsOf(template, defaults)
    return { fields: own, begun: beginWith(template, own, defaults) }
  })
  const form = useForm<DeployValues>({ defaultValues: begun })
  const [open, setOpen] = useState(false)
  const submit = form.handleSubmit(
    async (values) => {
      const { id, refused } = await deploy.start(requestFor(template, fields, values))
      if (id) onStarted(id)
      const name = fieldRefused(fields, refused?.field ?? null)
      if (!refused || !name) return
      setOpen(true)
      form.setError(`variables.${name}`, { message: refused.message }, { shouldFocus: true })
    },
    // A field that is folded away can't say what is wrong with it, nor be given the focus.
    () => flushSync(() => setOpen(true)),
  )
  const asked = fields.filter((field) => field.asked)
  return (
    <FormProvider {...form}>
      <form
        onSubmit={submit}
        className={inPanel ? 'flex min-h-0 flex-col' : 'grid grid-cols-1 gap-4'}
        noValidate
        autoComplete="off"
      >
        <div className={inPanel ? PANEL_FIELDS : 'contents'}>
          <VariableFields fields={asked} />
          {inPanel && <WhereField template={template} />}
          <details className="group" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary className="flex w-fit list-none items-center gap-1 rounded-control text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
              <ChevronRight className="size-4 transition-transform group-open:rotate-90" aria-hidden />
              {moreWords(fields)}
            </summary>
            <div className="grid gap-4 pt-3">
              {!inPanel && <WhereField template={template} />}
              <NameField placeholder={template.name} />
              <RegionField template={template.slug} suggested={defaults?.region ?? null} />
              <LimitFields resources={defaults?.resources ?? { ...template, basis: null }} />
              <VariableFields fields={fields.filter((field) => !field.asked)} />
            </div>
          </details>
          <Reused fields={fields} />
        </div>
        <div className={inPanel ? PANEL_END : 'contents'}>
          {deploy.refused && (
            <Notice tone="bad" role="alert" title={deploy.refused.message}>
              {deploy.refused.action}
            </Notice>
          )}
          {children}
        </div>
      </form>
    </FormProvider>
  )
}

/** What gets the focus comes wholly into sight, with its error: on a narrow page the buttons lie over the lower edge. */
const PANEL_FIELDS =
  'scroll-thin grid min-h-0 grid-cols-1 gap-4 p-4 [&_input]:scroll-my-16 [&_select]:scroll-my-16 lg:overflow-y-auto max-lg:[&_input]:scroll-mb-44 max-lg:[&_select]:scroll-mb-44'
const PANEL_END =
  'grid shrink-0 grid-cols-1 gap-3 rounded-b-card border-t bg-surface p-4 max-lg:sticky max-lg:bottom-0 max-lg:z-10'

function Reused({ fields }: { fields: readonly VariableField[] }) {
  const { watch }: UseFormReturn<DeployValues> = useFormContext<DeployValues>()
  const words = reuseWords(fields, { variables: {}, saved: watch('saved') ?? {} })
  return words && <p className="text-muted text-sm">{words}</p>
}

/** `variables.HOST` or `reuse.HOST` of the server's answer. */
function fieldRefused(fields: readonly VariableField[], field: string | null): string | null {
  const name = /^(?:variables|reuse)\.(.+)$/.exec(field ?? '')?.[1]
  return fields.find((each) => each.name === name)?.name ?? null
}
