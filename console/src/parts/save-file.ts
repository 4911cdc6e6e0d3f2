/** Hands a file to whoever looks at the page. `name` without the moment and the ending. */
export function saveFile(
  parts: readonly string[],
  { name, type, ending }: { readonly name: string; readonly type: string; readonly ending: string },
): void {
  const url = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${ending}`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
