/** One option of a command. Without a value it is a switch. */
export interface OptionDeclaration {
  /** The name of its value: `file`, `n`. */
  value?: string
  what: string
  /** It can be repeated; its values are a list. */
  multiple?: true
  default?: string
  /** What may follow a switch. */
  operand?: string
}

/** A command, as its help, its parser, its completion and the manual page know it. */
export interface Declaration {
  /** Its arguments, apart from options. */
  operands?: string
  what: string
  options: Readonly<Record<string, OptionDeclaration>>
  /** It needs no lab, so the package has it. */
  tool?: true
}
