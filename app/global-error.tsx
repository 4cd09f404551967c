'use client'
import './globals.css'
import { PageFailure } from '#components/frame/page-failure.tsx'

export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <PageFailure error={error} retry={reset} />
      </body>
    </html>
  )
}
