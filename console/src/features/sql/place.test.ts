import { expect, it } from 'vitest';

import { ApiError } from '../../aws/errors.ts';
import { placeOf } from './place.ts';

const refused = (message: string) =>
  new ApiError({ code: 'InvalidQueryStatementException', message, status: 400 });

it('tells where a statement is wrong, where the server says so', () => {
  expect(placeOf(refused("line 3:7: Column 'evntname' cannot be resolved"))).toEqual({
    line: 3,
    column: 7,
    message: "Column 'evntname' cannot be resolved",
  });
  expect(placeOf(refused('The event data store x does not exist.'))).toBeUndefined();
  expect(placeOf(new Error('line 1:1: no answer of the server'))).toBeUndefined();
});
