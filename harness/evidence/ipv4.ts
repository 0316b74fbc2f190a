const number = (address: string): number => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)

/** Whether an IPv4 address, or the whole of a smaller subnet, lies in a subnet (CIDR; no length means one address). */
export function inSubnet(inner: string, outer: string): boolean {
  const [address = '', innerLength = '32'] = inner.split('/')
  const [base = '', length = '32'] = outer.split('/')
  const size = 2 ** (32 - Number(length))
  return Number(innerLength) >= Number(length) && Math.floor(number(address) / size) === Math.floor(number(base) / size)
}
