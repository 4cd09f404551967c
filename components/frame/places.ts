/** Where one can go, once: the rail, the palette, the `g` keys and the key list all read this table. */
import {
  Boxes,
  ChartLine,
  LayoutGrid,
  type LucideIcon,
  PackageCheck,
  Scale,
  Server,
  Settings,
  Users,
} from 'lucide-react'

export interface Place {
  href: string
  label: string
  icon: LucideIcon
  /** Second key after `g`. */
  key: string
  /** Stands at the bottom of the rail. */
  low?: true
  adminOnly?: true
}

export const PLACES: readonly Place[] = [
  { href: '/marketplace', label: 'Marketplace', icon: LayoutGrid, key: 'm' },
  { href: '/deployments', label: 'Deployments', icon: Boxes, key: 'd' },
  { href: '/droplets', label: 'Droplets', icon: Server, key: 'r' },
  { href: '/analytics', label: 'Analytics', icon: ChartLine, key: 'a' },
  { href: '/settings', label: 'Settings', icon: Settings, key: 's', low: true },
  { href: '/admin/templates', label: 'Templates', icon: PackageCheck, key: 't', low: true, adminOnly: true },
  { href: '/admin/placement', label: 'Placement', icon: Scale, key: 'p', low: true, adminOnly: true },
  { href: '/admin/users', label: 'Users', icon: Users, key: 'u', low: true, adminOnly: true },
]

/** Read by the server, so that a folded rail is folded from the first paint. */
export const RAIL_COOKIE = 'berth_rail'

export const placesFor = (role: 'user' | 'admin'): Place[] =>
  PLACES.filter((place) => !place.adminOnly || role === 'admin')

export const isAt = (pathname: string, href: string): boolean => pathname === href || pathname.startsWith(`${href}/`)
