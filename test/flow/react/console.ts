import type * as kit from '../../kit/console-page.ts';
import type { Receiver } from '../../kit/sns-receiver.ts';

/** With a webhook, for all that tells somebody of something. */
export type Console = kit.Console & { readonly hook: Receiver };

export type Opened = kit.Opened<Console>;
