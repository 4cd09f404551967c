/** How far a region is. Coordinates are of the city that DigitalOcean names its region for, to a tenth of a degree. */
import type { Place } from './types.ts'

/** By the letters of the slug (`nyc3` is in `nyc`); cities: docs.digitalocean.com, "Regional Availability". */
const CITIES: Record<string, readonly [lat: number, lon: number]> = {
  ams: [52.4, 4.9],
  atl: [33.7, -84.4],
  blr: [13.0, 77.6],
  fra: [50.1, 8.7],
  lon: [51.5, -0.1],
  mem: [35.1, -90.0],
  mkc: [39.1, -94.6],
  nyc: [40.7, -74.0],
  ric: [37.5, -77.4],
  sfo: [37.8, -122.4],
  sgp: [1.4, 103.8],
  syd: [-33.9, 151.2],
  tor: [43.7, -79.4],
}

const EARTH_RADIUS_KM = 6371
/**
 * Light in fibre runs 200 km a millisecond, and the routes of the Internet are in the median 2.1 times as long as the
 * straight line (Bozkurt et al., "Dissecting Latency in the Internet's Fiber Infrastructure", 2018).
 */
const FIBRE_KM_PER_MS = 200
const DETOUR = 2.1
/** The last mile and the droplet's own network. */
const BASE_MS = 2

/** Great-circle estimate of the round trip; null for a region of an unknown city. */
export function estimatedRoundTripMs(from: Place, region: string): number | null {
  const city = CITIES[region.replace(/\d+$/, '')]
  if (!city) return null
  const [lat, lon] = city
  return BASE_MS + (2 * DETOUR * distanceKm(from.lat, from.lon, lat, lon)) / FIBRE_KM_PER_MS
}

/** Haversine. */
export function distanceKm(latA: number, lonA: number, latB: number, lonB: number): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const half = (angle: number) => Math.sin(radians(angle) / 2) ** 2
  const h = half(latB - latA) + Math.cos(radians(latA)) * Math.cos(radians(latB)) * half(lonB - lonA)
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)))
}
