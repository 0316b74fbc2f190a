/** A filter of a control group: `docker.service IPAddressDeny 0.0.0.0/0 ::/0`. */
export interface CgroupFilter {
  /** '' where it is not known which of the slices and scopes has it. */
  unit: string
  key: string
  value: string
}

/** Reads lines `UNIT KEY VALUE`. systemd prints `~`, all but none, for no list of interfaces. */
export function readCgroupFilters(lines: readonly string[]): CgroupFilter[] {
  const all = lines.flatMap((line) => {
    const [, unit = '', key, value] = /^(\S*) (\S+) (.+)$/.exec(line) ?? []
    return key && value ? [{ unit, key, value }] : []
  })
  const unitOf = unitsOf(all)
  return all.filter(({ value }) => value !== '~').map((each) => ({ ...each, unit: unitOf(each.unit) }))
}

/**
 * `systemctl show` prints a unit's filters before its name up to systemd 257, so that lines bear the name of the unit
 * before theirs, and the first ones none. The first unit is docker.service.
 */
function unitsOf(all: readonly CgroupFilter[]): (printed: string) => string {
  const printed = [...new Set(all.map(({ unit }) => unit))]
  // Only from 250 on every unit has a line; without all of them the order shows nothing but the first one.
  const isWhole = all.some(({ value }) => value === '~')
  if (isWhole && printed[0] !== '') return (unit) => unit
  const following = (unit: string): string => (isWhole ? (printed[printed.indexOf(unit) + 1] ?? '') : '')
  return (unit) => (unit === '' ? 'docker.service' : following(unit))
}
