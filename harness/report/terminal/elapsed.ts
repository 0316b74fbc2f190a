import { duration } from '../../lib/text.ts'

/** A growing duration in whole seconds, because flickering tenths only distract. */
export const elapsed = (ms: number): string =>
  ms < 59_500 ? `${Math.round(ms / 1000)} s` : duration(Math.max(60_000, Math.round(ms / 1000) * 1000))

/** An estimated duration: in half minutes below ten minutes, else in minutes. */
export function roughly(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 0.75) return `${Math.max(5, Math.ceil(ms / 5000) * 5)} s`
  if (minutes < 10) return `${Math.round(minutes * 2) / 2} min`
  if (minutes < 90) return `${Math.round(minutes)} min`
  return `${Math.floor(minutes / 60)} h ${String(Math.round(minutes % 60)).padStart(2, '0')} min`
}
