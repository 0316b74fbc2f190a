import { Document, isMap, isScalar, type Node, type Pair, YAMLMap } from 'yaml'

/** The range of a node in the text, from its start to the end of its value. */
export const rangeOf = (node: unknown): [start: number, end: number] => {
  const range = (node as Node | null | undefined)?.range
  return range ? [range[0], Math.max(range[0] + 1, range[1])] : [0, 1]
}

/** Merges an overlay into a mapping: mappings merge, all else is replaced. Nodes keep their positions in the text. */
export function mergeMaps(base: YAMLMap, overlay: YAMLMap): YAMLMap {
  const merged = new YAMLMap()
  merged.range = base.range
  const overlaid = new Map(overlay.items.map((pair) => [keyOf(pair), pair]))
  merged.items = base.items.map((pair) => {
    const over = overlaid.get(keyOf(pair))
    overlaid.delete(keyOf(pair))
    if (!over || !isMap(pair.value) || !isMap(over.value)) return over ?? pair
    const both = pair.clone()
    both.value = mergeMaps(pair.value, over.value)
    return both
  })
  merged.items.push(...overlaid.values())
  return merged
}

/** The plain value of a mapping, merged or not. */
export const toValue = (map: YAMLMap): unknown => map.toJS(new Document())

/** The key of a pair, as a string. */
export const keyOf = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key)
