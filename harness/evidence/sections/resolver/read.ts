/** The settings of a resolv.conf. */
export interface ResolverWords {
  nameservers: string[]
  search: string[]
  options: string[]
}

/** The host's resolver. */
export interface ResolverFact extends ResolverWords {
  file: string
  /** Empty where the file is no symlink. */
  linkTarget: string
  /** The servers behind systemd-resolved's stub. dockerd gives these to containers. */
  upstream: string[]
}

/** Reads the lines of a resolv.conf. Comments are left out. */
export function readResolvConf(lines: readonly string[]): ResolverWords {
  const words = (keyword: string): string[][] =>
    lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([first]) => first === keyword)
      .map(([, ...rest]) => rest)
  return {
    nameservers: words('nameserver').flatMap(([address]) => address ?? []),
    search: words('search').at(-1) ?? words('domain').at(-1) ?? [],
    options: words('options').flat(),
  }
}

/** Reads `link TARGET`, then lines of resolv.conf files with `host ` or `upstream ` before them. */
export function readResolver(text: string): ResolverFact {
  const lines = text.split('\n')
  const of = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
  return {
    file: '/etc/resolv.conf',
    linkTarget: of('link')[0] ?? '',
    ...readResolvConf(of('host')),
    upstream: readResolvConf(of('upstream')).nameservers,
  }
}
