import { Compass } from 'lucide-react'
import Link from 'next/link'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'

interface NothingHereProps {
  /** What to do about it. */
  children: string
  back: { href: string; label: string }
}

/** Inside the frame: the person is signed in, only the thing is not theirs or not there. */
export const NothingHere = ({ children, back }: NothingHereProps) => (
  <EmptyState
    level={1}
    icon={Compass}
    title="Nothing is moored here"
    action={
      <Button asChild>
        <Link href={back.href}>{back.label}</Link>
      </Button>
    }
  >
    {children}
  </EmptyState>
)
