'use client'

/**
 * Dialogs add a style element that stops the page behind from scrolling; the CSP wants it to carry the nonce. The
 * library behind them (get-nonce) reads it from this global, webpack's name for it.
 */
export function Nonce({ value }: { value: string | undefined }) {
  if (typeof window !== 'undefined' && value) Object.assign(window, { __webpack_nonce__: value })
  return null
}
