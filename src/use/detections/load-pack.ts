import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { OpentrailError } from '../../base/errors.ts';
import { readDetection, type Detection } from './detection.ts';
import { patternMatcher } from './pattern-matcher.ts';

const FOLDER = fileURLToPath(new URL('pack/', import.meta.url));

/** The detections that come with Opentrail: one file each, named after its id. Throws BAD_FILE. */
export async function loadPack(folder: string = FOLDER): Promise<readonly Detection[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(
    files.map(async (name) => {
      const detection = readDetection(await readFile(`${folder}/${name}`, 'utf8'), name, patternMatcher);
      if (`${detection.id}.yaml` !== name)
        throw new OpentrailError('BAD_FILE', `${name}: id: must be the file's name (got "${detection.id}")`);
      return detection;
    }),
  );
}
