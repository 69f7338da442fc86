/** Whether a path of the account console is that of the page of API keys. */
export function isKeysPage(path: string): boolean {
  return /\/account\/content\/(api-keys|:componentId)\/?$/.test(path);
}

/** Whether an address is the one to which a successful sign-in leads back. */
export function isBack(address: string): boolean {
  const { searchParams } = new URL(address);
  return searchParams.has("code") && searchParams.has("state");
}
