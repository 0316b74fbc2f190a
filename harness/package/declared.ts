import { dirname, join } from 'node:path'

/** A module of declarations that tsc printed. */
interface Module {
  /** One statement for each declared name. */
  statements: Map<string, string>
  /** By local name: the module it comes from, and its name there. */
  imports: Map<string, { path: string; name: string }>
  /** What it exports from other modules, by its exported name. */
  passedOn: Map<string, { path: string; name: string }>
  /** Modules that it exports as a whole. */
  stars: string[]
}

/** Reads a module by its path below the root of the declarations, such as `diagnosis/symptom.d.ts`. */
export type Read = (path: string) => string

/**
 * The part of a tree of declarations that the exports of one module need: `files` has each needed module, by path, with
 * only the needed statements. `packages` has the imports that are not relative.
 */
export function neededOf(entry: string, read: Read): { files: Map<string, string>; packages: Set<string> } {
  const modules = new Map<string, Module>()
  const moduleOf = (path: string): Module => {
    const module = modules.get(path) ?? readModule(path, read(path))
    modules.set(path, module)
    return module
  }
  const exportsOf = (path: string): Set<string> => {
    const { statements, passedOn, stars } = moduleOf(path)
    return new Set([...statements.keys(), ...passedOn.keys(), ...stars.flatMap((each) => [...exportsOf(each)])])
  }
  const needed = new Map<string, Set<string>>()
  const packages = new Set<string>()
  const need = (path: string, name: string): void => {
    if (!path.endsWith('.d.ts')) {
      packages.add(path)
      return
    }
    const names = needed.get(path) ?? new Set()
    if (names.has(name)) return
    needed.set(path, names.add(name))
    const module = moduleOf(path)
    const star = module.stars.find((each) => exportsOf(each).has(name))
    if (star && !module.statements.has(name)) module.passedOn.set(name, { path: star, name })
    const other = module.passedOn.get(name) ?? module.imports.get(name)
    if (other) need(other.path, other.name)
    for (const word of wordsOf(module.statements.get(name) ?? ''))
      if (word !== name && (module.statements.has(word) || module.imports.has(word))) need(path, word)
  }
  for (const name of exportsOf(entry)) need(entry, name)
  return { files: new Map([...needed].map(([path, names]) => [path, print(path, moduleOf(path), names)])), packages }
}

/** The identifiers of a statement, without those in comments and strings. */
const wordsOf = (statement: string): string[] =>
  statement.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^']*'|"[^"]*"/g, '').match(/[A-Za-z_$][\w$]*/g) ?? []

function readModule(path: string, text: string): Module {
  const module: Module = { statements: new Map(), imports: new Map(), passedOn: new Map(), stars: [] }
  const exported: string[] = []
  for (const statement of text.split(/\n(?=\/\*\*|export |import |declare |type |interface )(?<!\*\/\n)/)) {
    const [, star] = statement.match(/^export \* from ['"]([^'"]+)['"]/) ?? []
    if (star) module.stars.push(targetOf(path, star))
    const [, keyword, names, from] =
      statement.match(/^(?:\/\*[\s\S]*?\*\/\s*)?(import|export) (?:type )?\{([^}]*)\} from ['"]([^'"]+)['"]/) ?? []
    if (keyword) {
      const target = targetOf(path, from!)
      for (const each of names!.split(',')) {
        const [name, alias = name] = each
          .trim()
          .replace(/^type /, '')
          .split(' as ')
        if (name) (keyword === 'import' ? module.imports : module.passedOn).set(alias!, { path: target, name })
      }
      continue
    }
    const [, local] = statement.match(/^export (?:type )?\{([^}]*)\};?\s*$/) ?? []
    for (const name of (local ?? '').split(',').map((each) => each.trim())) if (name) exported.push(name)
    const [, name] =
      statement.match(
        /^(?:\/\*[\s\S]*?\*\/\s*)?(?:export )?(?:declare )?(?:interface|type|const|class|function) ([\w$]+)/,
      ) ?? []
    if (name) module.statements.set(name, statement.trim())
  }
  // An imported name that is exported by itself, without `from`.
  for (const name of exported) {
    const imported = module.imports.get(name)
    if (imported) module.passedOn.set(name, imported)
  }
  return module
}

const targetOf = (path: string, from: string): string =>
  from.startsWith('.') ? join(dirname(path), from.replace(/\.ts$/, '.d.ts')) : from

function print(path: string, { statements, imports, passedOn }: Module, names: ReadonlySet<string>): string {
  const link = (keyword: string, alias: string, { path: to, name }: { path: string; name: string }): string => {
    const words = name === alias ? name : `${name} as ${alias}`
    const relative = to.startsWith('.') || !to.endsWith('.d.ts') ? to : relativeTo(path, to)
    return `${keyword} { ${words} } from '${relative.replace(/\.d\.ts$/, '.js')}'`
  }
  const lines = [...names].flatMap((name) => {
    const [passed, imported] = [passedOn.get(name), imports.get(name)]
    return [...(passed ? [link('export', name, passed)] : []), ...(imported ? [link('import', name, imported)] : [])]
  })
  return `${[...lines, ...[...names].flatMap((name) => statements.get(name) ?? [])].join('\n')}\nexport {}\n`
}

const relativeTo = (from: string, to: string): string => {
  const path = '../'.repeat(dirname(from).split('/').length) + to
  return dirname(from) === '.' ? `./${to}` : path
}
