import { Compass } from 'lucide-react'
import Link from 'next/link'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'

export const metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState
        level={1}
        icon={Compass}
        title="Nothing is moored here"
        action={
          <Button asChild tone="primary">
            <Link href="/marketplace">To the marketplace</Link>
          </Button>
        }
      >
        The address is wrong, or what it named is gone.
      </EmptyState>
    </main>
  )
}
