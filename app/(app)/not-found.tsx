import { NothingHere } from '#components/frame/nothing-here.tsx'

export default function NotFound() {
  return (
    <NothingHere back={{ href: '/deployments', label: 'To your deployments' }}>
      Check the id; it may have been deleted.
    </NothingHere>
  )
}
