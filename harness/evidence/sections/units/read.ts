import { dictionary } from '../../../lib/own.ts'

export interface UnitFact {
  load: string
  active: string
  sub: string
  result: string
  /** When it last became active, in microseconds since boot; 0 for never. */
  activeSinceUs: number
  /** When its last start began, and its last stop; 0 for never. */
  startedUs: number
  stoppedUs: number
}

/** The units of `systemctl show`, by name. */
export function readUnits(text: string): Record<string, UnitFact> {
  const units = dictionary<UnitFact>()
  for (const block of text.split('\n\n')) {
    const value = Object.fromEntries(block.split('\n').map((line) => line.split('=', 2) as [string, string]))
    if (value.Id)
      units[value.Id] = {
        load: value.LoadState ?? '',
        active: value.ActiveState ?? '',
        sub: value.SubState ?? '',
        result: value.Result ?? '',
        activeSinceUs: Number(value.ActiveEnterTimestampMonotonic ?? 0),
        startedUs: Number(value.InactiveExitTimestampMonotonic ?? 0),
        stoppedUs: Number(value.ActiveExitTimestampMonotonic ?? 0),
      }
  }
  return units
}
