/** How long the bar of a value is beside that of the greatest, in percent; a value above 0 is always visible. */
export function share(value: number, greatest: number): number {
  return value <= 0 || greatest <= 0 ? 0 : Math.max(1, (value / greatest) * 100);
}

export function greatest(values: number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** Whole days from one day to another, both as YYYY-MM-DD. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
