'use client'
import { ChevronRight } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { FormProvider, useForm } from 'react-hook-form'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { TemplateView } from '#server/api/views.ts'
import { costWords } from './card-model.ts'
import { useDeploy } from './use-deploy.ts'
import { filledIn, VariableFields, type VariableValues } from './variable-fields.tsx'

interface PanelValues extends VariableValues {
  name: string
}

/** Everything a deployment can be given: what is required first, the rest folded away. */
export function DeployPanel({ template }: { template: TemplateView }) {
  const router = useRouter()
  const deploy = useDeploy()
  const form = useForm<PanelValues>({ defaultValues: { name: '', variables: {} } })
  const required = new Set(template.requiredVariables.map((variable) => variable.name))
  const optional = template.variables.filter((variable) => !required.has(variable.name))
  const possible = template.runnable && template.cost.kind !== 'none'
  const submit = form.handleSubmit(async ({ name, ...values }) => {
    const id = await deploy.start({
      template: template.slug,
      name: name.trim() || undefined,
      variables: filledIn(values),
    })
    if (id) router.push(`/deployments/${id}`)
  })
  return (
    <Card aria-label="Deploy">
      <FormProvider {...form}>
        <form onSubmit={submit} className="grid gap-4 p-4" noValidate autoComplete="off">
          <Cost template={template} />
          <VariableFields variables={template.requiredVariables} />
          <details className="group">
            <summary className="flex w-fit items-center gap-1 rounded-control text-muted">
              <ChevronRight className="size-4 transition-transform group-open:rotate-90" aria-hidden />
              Name{optional.length > 0 && ' and optional variables'}
            </summary>
            <div className="grid gap-4 pt-3">
              <Field id="deployment-name" label="Name">
                <Input id="deployment-name" maxLength={80} placeholder={template.name} {...form.register('name')} />
              </Field>
              <VariableFields variables={optional} />
            </div>
          </details>
          {deploy.refused && (
            <Notice tone="bad" role="alert" title={deploy.refused.message}>
              {deploy.refused.action}
            </Notice>
          )}
          <Button tone="primary" size="lg" type="submit" pending={deploy.submitting} disabled={!possible}>
            Deploy Now
          </Button>
        </form>
      </FormProvider>
    </Card>
  )
}

function Cost({ template }: { template: TemplateView }) {
  if (!template.runnable) return <p className="text-warn">{template.runnableReason ?? 'Its image can not be had.'}</p>
  const cost = costWords(template.cost)
  return (
    <div>
      <p
        className={cn(
          'font-medium text-md',
          cost.tone === 'ok' && 'text-ok',
          cost.tone === 'warn' && 'font-normal text-base text-warn',
        )}
      >
        {cost.text}
      </p>
      {template.cost.kind === 'create' && (
        <p className="text-muted text-sm">
          <span className="font-mono">{template.cost.size}</span> in {template.cost.region}; later servers share it
          while it has room
        </p>
      )}
    </div>
  )
}
