import { createRequire } from 'node:module';

import pdfmake from 'pdfmake';
import type { TDocumentDefinitions, TFontDictionary } from 'pdfmake/interfaces.d.ts';

/** Sets a document with the fonts that come with pdfmake; nothing is fetched, and no file but the fonts is read. */
export async function pdfOf(document: TDocumentDefinitions): Promise<Buffer> {
  const fonts = createRequire(import.meta.url)('pdfmake/fonts/Roboto.js') as TFontDictionary;
  const files = new Set(Object.values(fonts).flatMap((font) => Object.values(font)));
  pdfmake.setFonts(fonts);
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => files.has(path));
  return pdfmake.createPdf(document).getBuffer();
}
