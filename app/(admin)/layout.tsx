import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { requireMe } from '#app/server-data.ts'
import { SignedIn } from '#app/signed-in.tsx'

/** To anyone else these pages do not exist. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  if ((await requireMe()).user.role !== 'admin') notFound()
  return <SignedIn>{children}</SignedIn>
}
