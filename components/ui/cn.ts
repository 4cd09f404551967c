import { type ClassValue, clsx } from 'clsx'
import { extendTailwindMerge } from 'tailwind-merge'

const merge = extendTailwindMerge({
  extend: {
    theme: { text: ['sm', 'base', 'md', 'lg', 'xl'], radius: ['control', 'card', 'full'], shadow: ['float'] },
  },
})

/** Joins class names; of two that set the same property, the later wins. */
export const cn = (...values: ClassValue[]): string => merge(clsx(values))
