export { buildFirewall } from './firewall.ts'
export * from './types.ts'
export { mergeWorlds } from './world.ts'
