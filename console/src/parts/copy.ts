/** Also where navigator.clipboard is missing: on plain http:// origins other than localhost. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Not permitted: the old way may still be.
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'ot-offscreen';
  document.body.append(area);
  area.select();
  try {
    return document.execCommand('copy');
  } finally {
    area.remove();
  }
}
