// Addresses in words. A dwelling number is taken apart by the server; here it becomes what one looks for in a
// stairwell at night.
import { t } from "./i18n";
import type { Address } from "./types";

/** "2. etasje, 4. dør fra venstre", or nothing for a house without dwelling numbers. */
export function doorText(address: Address): string {
  const door = address.door;
  return door ? t().door[door.part](door.floor, door.door) : "";
}
/** "Åslia 3, 2. etasje, 4. dør fra venstre (H0204)": the line of a row. */
export function streetAndDoor(address: Address): string {
  const door = doorText(address);
  if (door) return `${address.street}, ${door} (${address.dwelling})`;
  return address.dwelling ? `${address.street}, ${address.dwelling}` : address.street;
}
/** "5003 Bergen". */
export function postal(address: Address): string {
  return [address.postcode, address.place].filter(Boolean).join(" ");
}
/** One line for the clipboard. */
export function wholeAddress(address: Address): string {
  return [streetAndDoor(address), postal(address)].filter(Boolean).join(", ");
}
/** Coordinates to send somebody to, if there are any. */
export function coordinates(address: Address | null): [number, number] | null {
  if (!address || address.latitude === null || address.longitude === null) return null;
  return [address.latitude, address.longitude];
}
export function telephone(number: string): string {
  return "tel:" + number.replace(/[^+\d]/g, "");
}
