import { cn } from './cn.ts'
import { CopyButton } from './copy-button.tsx'

interface CodeBlockProps {
  children: string
  className?: string
  label?: string
  'data-testid'?: string
}

/** Text as it is, in a box that scrolls, also by keyboard. */
export const CodeBlock = ({ children, className, label, ...props }: CodeBlockProps) => (
  <pre
    tabIndex={0}
    aria-label={label}
    className={cn(
      'scroll-thin min-w-0 overflow-auto rounded-control border bg-sunken p-3 font-mono text-sm focus-visible:-outline-offset-2',
      className,
    )}
    {...props}
  >
    {children}
  </pre>
)

interface CodeLineProps {
  value: string
  /** What is copied: "Copy endpoint". */
  label: string
  className?: string
  'data-testid'?: string
}

/** One long line with its copy button. */
export const CodeLine = ({ value, label, className, ...props }: CodeLineProps) => (
  <div className={cn('flex min-w-0 items-center gap-1 rounded-control border bg-sunken pr-1', className)}>
    <code
      tabIndex={0}
      className="scroll-thin min-w-0 flex-1 overflow-x-auto whitespace-nowrap rounded-control py-2 pl-3 font-mono text-sm focus-visible:-outline-offset-2"
      {...props}
    >
      {value}
    </code>
    <CopyButton tone="ghost" value={value} label={label} />
  </div>
)
