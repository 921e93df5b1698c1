// What a service worker has beyond other workers, and the constants that the server puts in front
// of worker.js.
declare const VERSION: string;
declare const ASSETS: string[];

interface WorkerGlobalScope {
  readonly clients: Clients;
  readonly registration: ServiceWorkerRegistration;
  skipWaiting(): Promise<void>;
  addEventListener<K extends keyof ServiceWorkerGlobalScopeEventMap>(
    type: K,
    listener: (event: ServiceWorkerGlobalScopeEventMap[K]) => void,
  ): void;
}

interface ServiceWorkerGlobalScopeEventMap {
  sync: ExtendableEvent & { readonly tag: string };
}
