import { basename, delimiter, dirname, isAbsolute, relative } from 'node:path'

/** The words with which a user called the program: `dockfault`, `npx dockfault`, `node dockfault.js`. */
export function calledAs(file: string, env: NodeJS.ProcessEnv, cwd: string): string {
  // A program that npx runs may start others. They inherit the environment of npx, but are not in its .bin folder.
  const byNpx = env.npm_command === 'exec' && env.npm_lifecycle_event === 'npx'
  if (byNpx && basename(dirname(file)) === '.bin') return `npx ${basename(file)}`
  const near = relative(cwd, file)
  const path = near.startsWith('..') || isAbsolute(near) ? file : near
  if (/\.[cm]?js$/.test(file)) return `node ${path}`
  const isOnPath = (env.PATH ?? '').split(delimiter).includes(dirname(file))
  return isOnPath ? basename(file) : path.includes('/') ? path : `./${path}`
}
