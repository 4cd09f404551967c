'use client'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogFooter, SheetContent } from '#components/ui/dialog.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { TemplateCard } from '#server/api/views-templates.ts'
import { DeployForm } from './deploy-form.tsx'
import { useDefaults } from './use-defaults.ts'
import type { Deploy } from './use-deploy.ts'
import { PriceField, SubmitButton } from './where-field.tsx'

interface DeploySheetProps {
  template: TemplateCard
  deploy: Deploy
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Opens from a card when something is needed that only the person can say. */
export const DeploySheet = ({ template, deploy, open, onOpenChange }: DeploySheetProps) => (
  <Dialog open={open} onOpenChange={onOpenChange}>
    <SheetContent
      title={`Deploy ${template.name}`}
      description="Values are encrypted and go only to this container. Secrets are never shown again."
    >
      <SheetBody template={template} deploy={deploy} close={() => onOpenChange(false)} />
    </SheetContent>
  </Dialog>
)

function SheetBody({ template, deploy, close }: { template: TemplateCard; deploy: Deploy; close: () => void }) {
  const trpc = useTRPC()
  const whole = useQuery(trpc.templates.get.queryOptions({ slug: template.slug }))
  const defaults = useDefaults(template.slug)
  if (whole.isError) return <QueryError error={whole.error} retry={whole.refetch} />
  if (!whole.data || defaults === undefined)
    return (
      <div className="grid gap-4" aria-busy>
        {template.requiredVariables.map(({ name }) => (
          <div key={name} className="grid gap-1.5">
            <Skeleton className="h-5 w-40" />
            <Skeleton className="h-9" />
          </div>
        ))}
      </div>
    )
  return (
    <DeployForm template={whole.data} defaults={defaults} deploy={deploy} onStarted={close}>
      <DialogFooter>
        <PriceField template={whole.data} />
        <Button onClick={close}>Cancel</Button>
        <SubmitButton template={whole.data} pending={deploy.submitting}>
          Deploy
        </SubmitButton>
      </DialogFooter>
    </DeployForm>
  )
}
