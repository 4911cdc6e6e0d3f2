import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { AwsError } from '../../../src/aws/errors.ts';
import { checkTrailName } from '../../../src/use/trails/trail-name.ts';

type Case = { readonly name: string; readonly message: string | null };

const cases = JSON.parse(readFileSync(new URL('trail-names.json', import.meta.url), 'utf8')) as Case[];

/** `A*129` stands for 129 letters. */
const spelled = (name: string) => name.replace(/^A\*(\d+)$/, (_, count: string) => 'A'.repeat(Number(count)));

describe('a trail name', () => {
  it.each(cases)('$name → $message', ({ name, message }) => {
    const check = () => checkTrailName(spelled(name));
    if (message === null) expect(check).not.toThrow();
    else
      expect(check).toThrow(
        expect.objectContaining({ code: 'InvalidTrailNameException', message }) as AwsError,
      );
  });
});
