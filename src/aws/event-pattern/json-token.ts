export type Token = {
  readonly kind: 'object' | 'object-end' | 'array' | 'array-end' | 'name' | 'string' | 'number' | 'literal';
  /** Decoded, but numbers as they are written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
};

export type BadJson = {
  /** Of jsonc-parser; 0 where the text ends too early. */
  readonly code: number;
  readonly offset: number;
  readonly length: number;
};
