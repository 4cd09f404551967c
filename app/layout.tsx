import { GeistMono } from 'geist/font/mono'
import { GeistSans } from 'geist/font/sans'
import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { Theme } from '#components/frame/theme.tsx'
import { ApiProvider } from '#components/trpc/client.tsx'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Berth', template: '%s · Berth' },
  description: 'Puts MCP servers onto your own DigitalOcean droplets.',
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbfbfa' },
    { media: '(prefers-color-scheme: dark)', color: '#0e1116' },
  ],
}

/** Every page is made for its reader: the CSP's nonce and the session are new for each request. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`} suppressHydrationWarning>
      <body>
        <Theme nonce={nonce}>
          <ApiProvider>{children}</ApiProvider>
        </Theme>
      </body>
    </html>
  )
}
