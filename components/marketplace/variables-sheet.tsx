'use client'
import { FormProvider, useForm } from 'react-hook-form'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogFooter, SheetContent } from '#components/ui/dialog.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { TemplateCard } from '#server/api/views.ts'
import type { Deploy } from './use-deploy.ts'
import { filledIn, VariableFields, type VariableValues } from './variable-fields.tsx'

interface VariablesSheetProps {
  template: TemplateCard
  deploy: Deploy
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Asks only for what the server can't run without. */
export function VariablesSheet({ template, deploy, open, onOpenChange }: VariablesSheetProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <SheetContent
        title={`Deploy ${template.name}`}
        description="Values are encrypted, go only to this container, and are never shown again."
      >
        <VariablesForm template={template} deploy={deploy} close={() => onOpenChange(false)} />
      </SheetContent>
    </Dialog>
  )
}

function VariablesForm({ template, deploy, close }: { template: TemplateCard; deploy: Deploy; close: () => void }) {
  const form = useForm<VariableValues>({ defaultValues: { variables: {} } })
  const submit = form.handleSubmit(async (values) => {
    if (await deploy.start({ template: template.slug, variables: filledIn(values) })) close()
  })
  return (
    <FormProvider {...form}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-5" noValidate autoComplete="off">
        <VariableFields variables={template.requiredVariables} />
        {deploy.refused && (
          <Notice tone="bad" role="alert" title={deploy.refused.message}>
            {deploy.refused.action}
          </Notice>
        )}
        <DialogFooter>
          <Button onClick={close}>Cancel</Button>
          <Button tone="primary" type="submit" pending={deploy.submitting}>
            Deploy
          </Button>
        </DialogFooter>
      </form>
    </FormProvider>
  )
}
