const picture = (character: string): string =>
  character === '\x7f' ? '\u2421' : String.fromCharCode(0x2400 + character.charCodeAt(0))

/**
 * Output of a host as evidence: control characters become the pictures of them (`␛`). Nothing acts, and nothing is
 * lost: without the characters that a terminal would hide, a rule could lose its target, two names could become one,
 * and one line two.
 */
export const visible = (text: string): string =>
  text
    .replace(/\r+\n/g, '\n')
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, picture)
    // JavaScript takes these for ends of lines.
    .replace(/[\u2028\u2029]/g, '\ufffd')
