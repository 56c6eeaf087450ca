/** Eight hexadecimal digits, as a pcap filter compares an IPv4 address. */
export function hexOfAddress(address: string): string {
  const bytes = address.split(".").map((each) => Number(each).toString(16).padStart(2, "0"));
  return bytes.join("");
}
