import { NewView } from '#components/admin/templates/new/new-view.tsx'

export const metadata = { title: 'Add template' }

export default function NewTemplatePage() {
  return <NewView />
}
