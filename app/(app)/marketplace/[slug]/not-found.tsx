import { NothingHere } from '#components/frame/nothing-here.tsx'

export default function NotFound() {
  return (
    <NothingHere back={{ href: '/marketplace', label: 'To the marketplace' }}>
      No server of that name is offered. Check the address, or search for it.
    </NothingHere>
  )
}
