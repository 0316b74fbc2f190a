/** A tag as pages have it, with its name and its attributes. */
export const tag = /<!doctype html>|<\/?([a-z][a-z0-9]*)((?:\s+[a-z][a-z-]*(?:="[^"]*")?)*)\s*\/?>/gi

/** A page without what is in its script and style. */
export const withoutScripts = (page: string): string =>
  page.replace(/(<(script|style)\b[^>]*>)[\s\S]*?(?=<\/\2>)/g, '$1')

/** The names of a page's tags and attributes, as a browser reads them. */
export const namesIn = (page: string): Set<string> =>
  new Set(
    [...withoutScripts(page).matchAll(tag)].flatMap(([, name = 'doctype', attributes = '']) => [
      name,
      ...[...attributes.matchAll(/\s([a-z][a-z-]*)(?:="[^"]*")?/g)].map(([, attribute]) => `${name} ${attribute}`),
    ]),
  )
