/** What AWS writes in place of a value that must not be seen. */
const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';
const SECRET =
  /pass(word|wd|phrase|code)|secret|token|authorization|cookie|api[-_]?key|private[-_]?key|credential|cvv|\bpin\b/i;
const DEEPEST = 16;
/** Members and elements that are looked at in all. A request that has more is not copied whole while it waits. */
const MOST_VALUES = 5000;

/** A copy with the values of secret names hidden. Bounded in depth and in size; what is beyond is left out and says so. */
export function createRedactor(names: readonly string[]): (value: unknown) => unknown {
  const more = new Set(names.map((name) => name.toLowerCase()));
  return (value) => {
    let left = MOST_VALUES;
    const copy = (given: unknown, levels: number): unknown => {
      if (typeof given === 'bigint') return given.toString();
      if (typeof given !== 'object' || given === null) return given;
      if (typeof (given as { toJSON?: unknown }).toJSON === 'function')
        return copy((given as { toJSON: () => unknown }).toJSON(), levels - 1);
      if (levels <= 0) return '… deeper';
      if (Array.isArray(given))
        return given.slice(0, Math.max(0, left)).map((one) => (left-- > 0 ? copy(one, levels - 1) : '…'));
      const out: Record<string, unknown> = {};
      for (const [name, inner] of Object.entries(given)) {
        if (left-- <= 0) break;
        const hide = inner !== undefined && (SECRET.test(name) || more.has(name.toLowerCase()));
        out[name] = hide ? HIDDEN : copy(inner, levels - 1);
      }
      return out;
    };
    try {
      return copy(value, DEEPEST);
    } catch {
      return undefined;
    }
  };
}
