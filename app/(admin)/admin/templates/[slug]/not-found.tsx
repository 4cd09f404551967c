import { NothingHere } from '#components/frame/nothing-here.tsx'

export default function NotFound() {
  return (
    <NothingHere back={{ href: '/admin/templates', label: 'To the templates' }}>
      There is no such template or version. Check the address, or search for it.
    </NothingHere>
  )
}
