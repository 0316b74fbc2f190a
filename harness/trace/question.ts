import { randomBytes } from 'node:crypto'
import type { Flow } from './trace.ts'

/**
 * The request to a TCP server, as printf’s format, for an answer of more than one packet: TLS at port 443, otherwise
 * HTTP for this path.
 */
export const questionFor = ({ port }: Flow, path = '/'): string =>
  port === 443 ? octal(clientHello()) : octal(Buffer.from(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`))

const octal = (bytes: Buffer): string => [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')

/** The first message of TLS 1.2, to which a server answers with its certificates. Source: RFC 5246, section 7.4.1.2. */
function clientHello(): Buffer {
  const suites = Buffer.from('c02bc02fc02cc030009c009d002f0035', 'hex')
  const extensions = Buffer.concat([
    extension(0x0a, Buffer.from('0006001d00170018', 'hex')),
    extension(0x0b, Buffer.from('0100', 'hex')),
    extension(0x0d, Buffer.from('000c040308040401050305010601', 'hex')),
  ])
  const body = Buffer.concat([
    Buffer.from('0303', 'hex'),
    randomBytes(32),
    Buffer.from([0]),
    length(suites),
    suites,
    Buffer.from('0100', 'hex'),
    length(extensions),
    extensions,
  ])
  const handshake = Buffer.concat([Buffer.from([1, 0]), length(body), body])
  return Buffer.concat([Buffer.from('160301', 'hex'), length(handshake), handshake])
}

const extension = (kind: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([0, kind]), length(body), body])
const length = (of: Buffer): Buffer => Buffer.from([of.length >> 8, of.length & 255])
