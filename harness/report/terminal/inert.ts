/**
 * A line that no CI takes for a command. GitHub's runner obeys `::error::` at the start of a line, and `##[…]` anywhere
 * in one, as Azure does `##vso[…]`. Source: actions/runner, src/Runner.Common/ActionCommand.cs.
 */
export const inert = (line: string): string =>
  line.replace(/^((?:\x1b\[[\d;]*m|\s)*):(?=:)/, '$1: ').replace(/##(?=\w*\[)/g, '# #')
