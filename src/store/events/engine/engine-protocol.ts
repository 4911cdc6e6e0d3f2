/** Messages between the engine's supervisor and its process. */

export type EngineCommand =
  | { readonly kind: 'start'; readonly dir: string; readonly secret: string; readonly port: number }
  | { readonly kind: 'stop' };

export type EngineReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly reason: string };
