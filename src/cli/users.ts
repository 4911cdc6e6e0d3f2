import { Command } from 'commander';

import { createUser, deleteUser, listUsers } from './users/users.ts';
import { newKey, setPassword, setPolicy, unlock } from './users/change-user.ts';
import { manageMfa } from './users/mfa.ts';

/** Each is a few calls of the server's own IAM API, recorded like anybody's. */
export function usersCommand(): Command {
  const users = new Command('users').description('Manage who may use the server.');
  const add = (name: string, summary: string) =>
    users
      .command(name)
      .description(summary)
      .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
      .option('--json', 'one JSON object instead of text');
  add('list', 'all users, their keys and policies').action(listUsers);
  add('create <name>', 'make a user with an access key')
    .option('--policy <what>', 'admin, read-only, or a file with an IAM policy document')
    .option('--password', 'also make a console password')
    .action(createUser);
  add(
    'delete <name>',
    'delete a user with its keys, policies, password and MFA devices, and take it out of its groups',
  ).action(deleteUser);
  add('key <name>', 'make another access key').option('--replace', 'delete the existing keys').action(newKey);
  add('password <name>', 'make a new console password').action(setPassword);
  add('mfa <name>', 'set up a TOTP device for the console')
    .option('--remove', 'remove the devices')
    .action(manageMfa);
  add(
    'policy <name> <file>',
    'admin, read-only, or a file with an IAM policy document; replaces what --policy or this set before',
  ).action(setPolicy);
  add('unlock <name>', 'end a lock-out after failed sign-ins').action(unlock);
  return users;
}
