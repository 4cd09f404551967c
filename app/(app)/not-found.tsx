import { Compass } from 'lucide-react'
import Link from 'next/link'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'

/** Inside the frame: the person is signed in, only the thing is not theirs or not there. */
export default function NotFound() {
  return (
    <EmptyState
      level={1}
      icon={Compass}
      title="Nothing is moored here"
      action={
        <Button asChild>
          <Link href="/deployments">To your deployments</Link>
        </Button>
      }
    >
      Check the id; it may have been deleted.
    </EmptyState>
  )
}
