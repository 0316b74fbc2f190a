import { runnerDeclarations } from './runner-declarations.ts'
import { toolDeclarations } from './tool-declarations.ts'

/** Every command and its options, declared once. */
export const declarations = { ...toolDeclarations, ...runnerDeclarations }

export type CommandName = keyof typeof declarations
