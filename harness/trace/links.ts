import type { Facts } from '../evidence/facts.ts'

/** Whether a device is a bridge, or a port of one. */
export function isBridged({ links }: Facts, device: string): boolean {
  const link = links.find(({ name }) => name === device)
  return link?.kind === 'bridge' || link?.master !== undefined
}
