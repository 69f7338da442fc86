/** The command of the realm with the key in place of $KEY. */
export function withKey(command: string, key: string): string {
  return command.replace(/\$KEY\b/g, () => key);
}
