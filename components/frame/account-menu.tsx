'use client'
import { CircleUser, Keyboard, LogOut, Monitor, Moon, Settings, Sun } from 'lucide-react'
import Link from 'next/link'
import { signOut } from 'next-auth/react'
import { useTheme } from 'next-themes'
import { useLiveSignOut } from '#components/live/provider.tsx'
import { useTRPCClient } from '#components/trpc/client.tsx'
import { Button } from '#components/ui/button.tsx'
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
  MenuTrigger,
} from '#components/ui/menu.tsx'
import type { MeView } from '#server/api/views.ts'

export function AccountMenu({ me, onKeys }: { me: MeView; onKeys: () => void }) {
  const { theme, setTheme } = useTheme()
  const leave = useLeave()
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button tone="ghost" size="icon" aria-label="Account">
          <CircleUser />
        </Button>
      </MenuTrigger>
      <MenuContent className="w-60">
        <MenuLabel className="grid">
          <span className="truncate font-medium text-ink">{me.user.name || me.user.email}</span>
          {me.user.name && <span className="truncate">{me.user.email}</span>}
        </MenuLabel>
        <MenuSeparator />
        <MenuRadioGroup value={theme ?? 'system'} onValueChange={setTheme} aria-label="Theme">
          <MenuRadioItem value="light">
            <Sun /> Light
          </MenuRadioItem>
          <MenuRadioItem value="dark">
            <Moon /> Dark
          </MenuRadioItem>
          <MenuRadioItem value="system">
            <Monitor /> As the system
          </MenuRadioItem>
        </MenuRadioGroup>
        <MenuSeparator />
        <MenuItem asChild>
          <Link href="/settings">
            <Settings /> Settings
          </Link>
        </MenuItem>
        <MenuItem onSelect={onKeys}>
          <Keyboard /> Keyboard keys
        </MenuItem>
        <MenuSeparator />
        <MenuItem onSelect={leave}>
          <LogOut /> Sign out
        </MenuItem>
      </MenuContent>
    </Menu>
  )
}

/** Ends the session row first, so that it is over even if the browser keeps the cookie; then every tab leaves. */
export function useLeave(): () => Promise<void> {
  const client = useTRPCClient()
  const liveSignOut = useLiveSignOut()
  return async () => {
    await client.settings.sessions.signOut.mutate().catch(() => undefined)
    await signOut({ redirect: false }).catch(() => undefined)
    liveSignOut()
    location.assign('/sign-in')
  }
}
