/** What a resolv.conf says. */
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
  /** The servers behind systemd-resolved's stub: dockerd gives containers these instead. */
  upstream: string[]
}

/** The words of a resolv.conf's lines; comments are left out. */
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

/** `link TARGET`, then each line with `host ` or `upstream ` before it. */
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
