import { z } from 'zod';

import { isAddressRule } from '../base/private-address.ts';
import { list } from './kinds.ts';

/** What topics may reach. */
export const notificationsSettings = {
  webhook_allow: list
    .default([])
    .refine((rules) => rules.every(isAddressRule), {
      message: 'must be addresses or blocks such as 10.0.0.0/8, or private for all private ones',
    })
    .describe(
      'Private addresses that webhooks may go to: addresses or blocks such as `10.1.0.0/16,::1`, or `private` for all (default: none).',
    ),
  smtp_url: z
    .string()
    .regex(
      /^smtps?:\/\/([^@/?#\s]+@)?[^@/?#\s]+\/?(\?[^#\s]*)?$/,
      'must be smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://…',
    )
    .optional()
    .describe(
      'Mail server for subscribers by e-mail: smtp://USER:PASSWORD@HOST:587. Without it they are refused.',
    ),
  smtp_from: z
    .string()
    .regex(
      /^[^@\s<>"(),;:\\]+@[^@\s<>"(),;:\\]+$/,
      'must be a plain address such as notifications@example.com',
    )
    .optional()
    .describe('Sender of these mails.'),
};
