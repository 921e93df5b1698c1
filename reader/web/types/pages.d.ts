// Background Sync, of Chromium alone, is not in TypeScript's own list.
interface ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}

// So is the Network Information API.
interface Navigator {
  readonly connection?: { readonly saveData: boolean };
}
