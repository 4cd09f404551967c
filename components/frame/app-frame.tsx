'use client'
import { Menu as MenuIcon } from 'lucide-react'
import { usePathname, useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react'
import { useDeployments, useDeploymentsStream } from '#components/live/fleet-data.ts'
import { LiveProvider } from '#components/live/provider.tsx'
import { Button } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { Dialog, DrawerContent } from '#components/ui/dialog.tsx'
import { Toaster } from '#components/ui/toast.tsx'
import { TooltipProvider } from '#components/ui/tooltip.tsx'
import type { MeView } from '#server/api/views.ts'
import { KeyList } from './key-list.tsx'
import { readKey } from './keys.ts'
import { Palette } from './palette.tsx'
import { placesFor, RAIL_COOKIE } from './places.ts'
import { Rail } from './rail.tsx'
import { running, tabTitle } from './running-model.ts'
import { TopBar } from './top-bar.tsx'

interface AppFrameProps {
  me: MeView
  folded: boolean
  children: ReactNode
}

export function AppFrame({ me, folded, children }: AppFrameProps) {
  return (
    <LiveProvider person={me.user.id}>
      <TooltipProvider>
        <Frame me={me} folded={folded}>
          {children}
        </Frame>
        <Toaster />
      </TooltipProvider>
    </LiveProvider>
  )
}

function Frame({ me, folded: foldedAtFirst, children }: AppFrameProps) {
  const places = placesFor(me.user.role)
  const [folded, setFolded] = useState(foldedAtFirst)
  const [open, setOpen] = useState<'palette' | 'keys' | 'menu' | null>(null)
  useDeploymentsStream()
  useTabTitle()

  const fold = (next: boolean) => {
    setFolded(next)
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and on plain http
    document.cookie = `${RAIL_COOKIE}=${next ? 'folded' : 'open'}; path=/; max-age=31536000; samesite=lax`
  }
  useKeys(places, { palette: () => setOpen('palette'), help: () => setOpen('keys'), rail: () => fold(!folded) })

  return (
    <div className={cn('grid min-h-dvh grid-cols-1', folded ? 'md:grid-cols-[56px_1fr]' : 'md:grid-cols-[216px_1fr]')}>
      <a
        href="#content"
        className="sr-only z-60 rounded-control bg-raised px-3 py-2 shadow-float focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <aside className="sticky top-0 hidden h-dvh border-r bg-surface md:block">
        <Rail places={places} folded={folded} onFold={fold} />
      </aside>
      <div className="flex min-w-0 flex-col">
        <TopBar
          me={me}
          onPalette={() => setOpen('palette')}
          onKeys={() => setOpen('keys')}
          menu={
            <Button
              tone="ghost"
              size="icon"
              className="md:hidden"
              aria-label="Open the menu"
              onClick={() => setOpen('menu')}
            >
              <MenuIcon />
            </Button>
          }
        />
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto w-full max-w-[1280px] flex-1 px-4 py-6 outline-none sm:px-6 lg:px-8"
        >
          {children}
        </main>
      </div>
      <Dialog open={open === 'menu'} onOpenChange={(next) => setOpen(next ? 'menu' : null)}>
        <DrawerContent title="Menu">
          <Rail places={places} folded={false} onGo={() => setOpen(null)} />
        </DrawerContent>
      </Dialog>
      <Palette
        places={places}
        open={open === 'palette'}
        onOpenChange={(next) => setOpen(next ? 'palette' : null)}
        onKeys={() => setOpen('keys')}
      />
      <KeyList places={places} open={open === 'keys'} onOpenChange={(next) => setOpen(next ? 'keys' : null)} />
    </div>
  )
}

interface KeyActions {
  palette: () => void
  help: () => void
  rail: () => void
}

function useKeys(places: ReturnType<typeof placesFor>, actions: KeyActions): void {
  const router = useRouter()
  const chord = useRef<number | null>(null)
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.repeat) return
    const target = event.target as HTMLElement
    const typing =
      target.isContentEditable ||
      /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
      target.closest('[role=dialog],[role=menu]') !== null
    const press = {
      key: event.key,
      ctrlOrMeta: event.ctrlKey || event.metaKey,
      alt: event.altKey,
      typing,
      atMs: event.timeStamp,
    }
    const action = readKey(press, chord.current, places)
    chord.current = action?.type === 'chord' ? action.startedMs : null
    if (!action || action.type === 'chord') return
    event.preventDefault()
    if (action.type === 'go') router.push(action.href)
    else actions[action.type]()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKeyDown(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
}

/** Pages set their own title; while something runs, the tab says so, whatever Next writes there. */
function useTabTitle(): void {
  const { data = [] } = useDeployments()
  const pathname = usePathname()
  const busy = running(data)
  const own = useRef('')
  const apply = useEffectEvent(() => {
    if (!document.title.startsWith('●')) own.current = document.title.replace(/ · Berth$/, '')
    const wanted = tabTitle(own.current, busy)
    if (document.title !== wanted) document.title = wanted
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page or another count means a new title
  useEffect(() => {
    apply()
    const watch = new MutationObserver(() => apply())
    watch.observe(document.head, { subtree: true, childList: true, characterData: true })
    return () => watch.disconnect()
  }, [pathname, busy.length, busy.map((row) => row.state).join()])
}
