import { isMap, type Pair, YAMLMap } from 'yaml'
import { keyOf, mergeMaps, rangeOf } from './nodes.ts'

/** One scenario that a file holds: the base, or one of its variants. */
export interface Expansion {
  variant: string | undefined
  /** What holds on every host. */
  map: YAMLMap
  /** What holds on one host, where that differs. */
  on: (host: string) => YAMLMap | undefined
  /** Its name in the text, and the part of the text that belongs to it alone. */
  at: [start: number, end: number]
  within: [start: number, end: number]
}

const own = ['base', 'variants', 'on']

/** The keys of a file that control its expansion. */
export const expansionKeys = (root: YAMLMap): YAMLMap => pick(root, (key) => own.includes(key))

/** The scenario itself (unless `base: false`), then each variant merged into it. Overlays of hosts go before variants. */
export function* expand(
  root: YAMLMap,
  withBase: boolean,
  likes: Readonly<Record<string, string>> = {},
): Generator<Expansion> {
  const base = pick(root, (key) => !own.includes(key))
  const everywhere = overlays(root, likes)
  const whole = rangeOf(root)
  if (withBase) {
    const on = (host: string) => merge(base, everywhere.get(host))
    yield { variant: undefined, map: base, on, at: whole, within: whole }
  }
  for (const { key, value } of mapsIn(root, 'variants')) {
    const written = pick(value, (name) => name !== 'on')
    const here = overlays(value, likes)
    const on = (host: string) => {
      if (!everywhere.has(host) && !here.has(host)) return undefined
      const variant = mergeMaps(merge(base, everywhere.get(host)) ?? base, written)
      return merge(variant, here.get(host)) ?? variant
    }
    yield { variant: keyOf(key), map: mergeMaps(base, written), on, at: rangeOf(key.key), within: rangeOf(value) }
  }
}

/** The hosts that overlays are for, each with its position in the text. */
export const overlaidHosts = (root: YAMLMap): { host: string; at: [number, number] }[] =>
  [root, ...mapsIn(root, 'variants').map(({ value }) => value)].flatMap((map) =>
    mapsIn(map, 'on').map(({ key }) => ({ host: keyOf(key), at: rangeOf(key.key) })),
  )

// A host has the overlay of the host it is like, and its own merged into it.
function overlays(map: YAMLMap, likes: Readonly<Record<string, string>>): Map<string, YAMLMap> {
  const written = new Map(mapsIn(map, 'on').map(({ key, value }) => [keyOf(key), value]))
  const lent = Object.entries(likes).flatMap(([host, like]) => {
    const overlay = written.get(like)
    return overlay ? [[host, merge(overlay, written.get(host)) ?? overlay] as const] : []
  })
  return new Map([...written, ...lent])
}

const merge = (map: YAMLMap, overlay: YAMLMap | undefined): YAMLMap | undefined => overlay && mergeMaps(map, overlay)

/** The mappings inside the mapping of a key; none where the key is missing. */
function mapsIn(map: YAMLMap, name: string): { key: Pair; value: YAMLMap }[] {
  const inner = map.items.find((pair) => keyOf(pair) === name)?.value
  return isMap(inner) ? inner.items.flatMap((key) => (isMap(key.value) ? [{ key, value: key.value }] : [])) : []
}

function pick(map: YAMLMap, keep: (key: string) => boolean): YAMLMap {
  const picked = new YAMLMap()
  picked.range = map.range
  picked.items = map.items.filter((pair) => keep(keyOf(pair)))
  return picked
}
