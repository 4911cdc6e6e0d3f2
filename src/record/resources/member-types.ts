import { MEMBERS, type Table } from './member-tables.ts';
import { MEMBERS_OF_OPERATIONS } from './operation-members.ts';

export type MemberTypes = ReadonlyMap<string, string>;

/** A member `subnetId` also stands for the list `SubnetIds`. */
const LISTED = /(Id|Name|Identifier)$/;

const NONE: MemberTypes = new Map();
const SUFFIX = '.amazonaws.com';

/** Remembers what was put together before; foreign records can hold any names, so it starts afresh when it grows. */
const remembered = new Map<string, MemberTypes>();
const MOST_REMEMBERED = 5000;

/** Which members name resources in an operation's parameters and answers: member → type. */
export function memberTypesOf(eventSource: string, eventName: string): MemberTypes {
  const key = `${eventSource} ${eventName}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const types = typesFor(
    eventSource.endsWith(SUFFIX) ? eventSource.slice(0, -SUFFIX.length) : eventSource,
    eventName,
  );
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(key, types);
  return types;
}

function typesFor(service: string, operation: string): MemberTypes {
  const table = Object.hasOwn(MEMBERS, service) ? MEMBERS[service] : undefined;
  if (table === undefined) return NONE;
  const types = new Map<string, string>();
  const add = (members: Table) => {
    for (const [member, type] of Object.entries(members)) {
      for (const name of LISTED.test(member) ? [member, `${member}s`] : [member]) {
        types.set(name, type);
        types.set(name.charAt(0).toUpperCase() + name.slice(1), type);
      }
    }
  };
  add(table);
  for (const [of, operations, members] of MEMBERS_OF_OPERATIONS) {
    if (of === service && operations.test(operation)) add(members);
  }
  return types;
}
