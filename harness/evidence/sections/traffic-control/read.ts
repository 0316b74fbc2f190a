/** How a link queues, shapes and filters what it sends and receives. */
export interface TrafficControl {
  link: string
  /** `options` is what tc prints after these. */
  qdiscs: { kind: string; handle: string; parent: string; options: string }[]
  /** `where` is `ingress`, `egress`, or a class. `text` is all that tc prints about it. */
  filters: { kind: string; where: 'ingress' | 'egress' | (string & {}); text: string }[]
}

/** Reads the lines of `tc qdisc`, then those of `tc filter`, each list with `filters LINK WHERE` before it. */
export function readTrafficControl(text: string): TrafficControl[] {
  const links = new Map<string, TrafficControl>()
  const of = (link: string): TrafficControl => {
    const found = links.get(link) ?? { link, qdiscs: [], filters: [] }
    links.set(link, found)
    return found
  }
  let current: { link: string; where: string } | undefined
  for (const line of text.split('\n')) {
    const [, kind, handle, link, parent, options = ''] =
      line.match(/^qdisc (\S+) (\S+) dev (\S+) (root|parent \S+|ingress|clsact)(.*)$/) ?? []
    const [, filtered, where] = line.match(/^filters (\S+) (\S+)$/) ?? []
    if (link)
      of(link).qdiscs.push({
        kind: kind!,
        handle: handle!,
        parent: parent!.replace('parent ', ''),
        options: options.trim(),
      })
    else if (filtered) current = { link: filtered, where: where! }
    else if (current && /^filter /.test(line)) {
      const filterKind = line.match(/^filter .*?pref \d+ (\S+)/)?.[1] ?? ''
      of(current.link).filters.push({ kind: filterKind, where: current.where, text: line })
    } else if (current && line.trim() !== '') {
      const last = of(current.link).filters.at(-1)
      if (last) last.text += `\n${line}`
    }
  }
  return [...links.values()]
}
