import type { Place } from '../invalid-sql.ts';
import type { Literal } from '../parse/leaves.ts';
import type { Type } from '../types/type.ts';

/** The tree of a statement: everything that a statement may hold is here, and nothing else. `check-*.ts` makes it of what the parser says. */

export type Name = { readonly text: string; readonly lower: string; readonly place: Place };

export type Expr = { readonly place: Place | undefined } & (
  | { readonly kind: 'column'; readonly path: readonly [Name, ...Name[]] }
  | { readonly kind: 'field'; readonly of: Expr; readonly name: Name }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'literal'; readonly literal: Literal }
  | { readonly kind: 'type'; readonly type: Type }
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'negative'; readonly of: Expr }
  | { readonly kind: 'not'; readonly of: Expr }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expr; readonly right: Expr }
  | CaseExpr
  | { readonly kind: 'in'; readonly of: Expr; readonly values: readonly Expr[] }
  | { readonly kind: 'in query'; readonly of: Expr; readonly query: Query }
  | { readonly kind: 'between'; readonly of: Expr; readonly low: Expr; readonly high: Expr }
  | { readonly kind: 'like'; readonly of: Expr; readonly pattern: Expr; readonly escape: Expr | undefined }
  | { readonly kind: 'is null'; readonly of: Expr }
  | { readonly kind: 'exists'; readonly query: Query }
  | { readonly kind: 'scalar'; readonly query: Query }
  | CallExpr
  | { readonly kind: 'lambda'; readonly parameters: readonly Name[]; readonly body: Expr }
  | { readonly kind: 'subscript'; readonly of: Expr; readonly index: Expr }
  | { readonly kind: 'row'; readonly items: readonly Expr[] }
  | { readonly kind: 'at zone'; readonly of: Expr; readonly zone: Expr }
);

export type BinaryOperator = ComparisonOperator | 'and' | 'or' | '+' | '-' | '*' | '/' | '%' | '||';
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'distinct' | 'not distinct';

export type CaseExpr = {
  readonly kind: 'case';
  readonly operand: Expr | undefined;
  readonly whens: readonly { readonly when: Expr; readonly then: Expr }[];
  readonly otherwise: Expr | undefined;
};

export type CallExpr = {
  readonly kind: 'call';
  /** Lower case. */
  readonly name: string;
  /** `f(*)`: none. */
  readonly args: readonly Expr[];
  readonly star: boolean;
  readonly distinct: boolean;
  readonly orderBy: readonly Sort[];
  readonly filter: Expr | undefined;
  readonly ignoreNulls: boolean;
  readonly window: Window | undefined;
};

export type Sort = { readonly by: Expr; readonly descending: boolean; readonly nullsFirst: boolean };

export type Window = {
  /** A window of the WINDOW clause that this one goes on from. */
  readonly base: Name | undefined;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly Sort[];
  readonly frame: Frame | undefined;
};
export type Frame = {
  readonly unit: 'ROWS' | 'RANGE';
  readonly start: Bound;
  readonly end: Bound | undefined;
};
export type Bound =
  | { readonly kind: 'unbounded' | 'number'; readonly side: 'PRECEDING' | 'FOLLOWING'; readonly rows: number }
  | { readonly kind: 'current' };

export type Query = {
  readonly with: readonly With[];
  readonly body: Body;
  readonly orderBy: readonly Sort[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
};
export type With = { readonly name: Name; readonly columns: readonly Name[]; readonly query: Query };

export type Body =
  | Select
  | { readonly kind: 'values'; readonly rows: readonly (readonly Expr[])[] }
  | { readonly kind: 'query'; readonly query: Query }
  | SetOperation;

export type SetOperation = {
  readonly kind: 'set';
  readonly operation: 'UNION' | 'EXCEPT' | 'INTERSECT';
  readonly all: boolean;
  readonly left: Body;
  readonly right: Body;
};

export type Select = {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly items: readonly Item[];
  readonly from: Relation | undefined;
  readonly where: Expr | undefined;
  readonly groupBy: GroupBy | undefined;
  readonly having: Expr | undefined;
  readonly windows: readonly { readonly name: Name; readonly window: Window }[];
};

export type Item =
  | { readonly kind: 'expression'; readonly expr: Expr; readonly alias: Name | undefined }
  /** `*`, `t.*` */
  | { readonly kind: 'star'; readonly of: readonly Name[]; readonly place: Place | undefined };

export type GroupBy = {
  readonly kind: 'plain' | 'ROLLUP' | 'CUBE' | 'GROUPING SETS';
  readonly keys: readonly Expr[];
  /** Of GROUPING SETS: by their position among the keys. */
  readonly sets: readonly (readonly number[])[];
};

export type Relation =
  | { readonly kind: 'table'; readonly name: readonly [Name, ...Name[]]; readonly alias: Alias | undefined }
  | { readonly kind: 'subquery'; readonly query: Query; readonly alias: Alias | undefined }
  | Unnest
  | Join;

export type Unnest = {
  readonly kind: 'unnest';
  readonly values: readonly Expr[];
  readonly ordinality: boolean;
  readonly alias: Alias | undefined;
};

export type Alias = { readonly name: Name; readonly columns: readonly Name[] };

export type Join = {
  readonly kind: 'join';
  readonly type: 'CROSS' | 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly left: Relation;
  readonly right: Relation;
  readonly on: Expr | undefined;
  readonly using: readonly Name[];
};
