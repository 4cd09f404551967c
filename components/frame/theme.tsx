'use client'
import { ThemeProvider } from 'next-themes'
import type { ReactNode } from 'react'

/** Light, dark or as the system says; set before the first paint by a script that carries the CSP's nonce. */
export const Theme = ({ nonce, children }: { nonce: string | undefined; children: ReactNode }) => (
  <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange nonce={nonce}>
    {children}
  </ThemeProvider>
)
