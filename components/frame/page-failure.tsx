'use client'
import { RotateCw, TriangleAlert } from 'lucide-react'
import { useEffect } from 'react'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'

/** A page that could not be drawn: the code for the operator, and a way on. */
export function PageFailure({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  useEffect(() => {
    console.error(error)
  }, [error])
  return (
    <div role="alert" className="grid min-h-[60dvh] place-items-center">
      <EmptyState
        level={1}
        icon={TriangleAlert}
        title="This page could not be drawn"
        action={
          <Button tone="primary" onClick={retry}>
            <RotateCw /> Try again
          </Button>
        }
      >
        Your deployments are not affected.
        {error.digest && (
          <>
            {' '}
            Code for the operator: <code className="font-mono text-sm">{error.digest}</code>
          </>
        )}
      </EmptyState>
    </div>
  )
}
