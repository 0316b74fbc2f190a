import { isMap, type Pair, YAMLMap } from 'yaml'
import { keyOf, mergeMaps, rangeOf } from './nodes.ts'

/** One way in which a scenario file runs: by itself, or as one of its variants. */
export interface Expansion {
  variant: string | undefined
  /** What is said of it on every host. */
  map: YAMLMap
  /** What is said of it on one host, where that differs. */
  on: (host: string) => YAMLMap | undefined
  /** The place of its name in the text, and of all that only it says. */
  at: [start: number, end: number]
  within: [start: number, end: number]
}

const own = ['base', 'variants', 'on']

/** The keys of a file that say how it expands. */
export const expansionKeys = (root: YAMLMap): YAMLMap => pick(root, (key) => own.includes(key))

/** The scenario itself, unless it says `base: false`, and each of its variants merged into it; hosts before variants. */
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
    const said = pick(value, (name) => name !== 'on')
    const here = overlays(value, likes)
    const on = (host: string) => {
      if (!everywhere.has(host) && !here.has(host)) return undefined
      const variant = mergeMaps(merge(base, everywhere.get(host)) ?? base, said)
      return merge(variant, here.get(host)) ?? variant
    }
    yield { variant: keyOf(key), map: mergeMaps(base, said), on, at: rangeOf(key.key), within: rangeOf(value) }
  }
}

/** The hosts that overlays are for, each with its place in the text. */
export const overlaidHosts = (root: YAMLMap): { host: string; at: [number, number] }[] =>
  [root, ...mapsIn(root, 'variants').map(({ value }) => value)].flatMap((map) =>
    mapsIn(map, 'on').map(({ key }) => ({ host: keyOf(key), at: rangeOf(key.key) })),
  )

// A host of which nothing is said is as the one it is like.
function overlays(map: YAMLMap, likes: Readonly<Record<string, string>>): Map<string, YAMLMap> {
  const said = new Map(mapsIn(map, 'on').map(({ key, value }) => [keyOf(key), value]))
  const lent = Object.entries(likes).flatMap(([host, like]) => {
    const overlay = said.get(like)
    return overlay ? [[host, overlay] as const] : []
  })
  return new Map([...lent, ...said])
}

const merge = (map: YAMLMap, overlay: YAMLMap | undefined): YAMLMap | undefined => overlay && mergeMaps(map, overlay)

/** The mappings within the mapping of a key, where there are any. */
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
